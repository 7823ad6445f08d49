using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Tests.Weights.Families;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public sealed class WeightConverterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly ImageModel _model = ModelCatalogue.Create(ModelCatalogue.DemoTeacher, new ModelOptions { NumClasses = 5 });

    public WeightConverterTests() => GoldenWeights.Fill(_model);

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Another_naming_becomes_timms_in_safetensors()
    {
        string output = _folder.File("out/model.safetensors");
        WeightConversionResult done = WeightConverter.Convert(Foreign(), output,
            new WeightConversionOptions { Model = ModelCatalogue.DemoTeacher });
        Dictionary<string, Tensor> state = _model.state_dict();
        Assert.Equal(("Hugging Face ViT", "PyTorch zip archive", state.Count), (done.Family, done.Format, done.Tensors));
        Assert.Equal(["vit.pooler.dense.bias"], done.Dropped.Select(d => d.Name));
        using SafetensorsFile file = SafetensorsFile.Open(output);
        Assert.Equal((ModelCatalogue.DemoTeacher, "pt"), (file.Metadata["architecture"], file.Metadata["format"]));
        Assert.All(state, t => Assert.True(Goldens.Same(t.Value, file.Read(t.Key)), t.Key));
        Assert.Equal(state.Count, file.Tensors.Count);
    }

    [Fact]
    public void Halves_are_half_the_size_and_only_where_they_hold_the_values()
    {
        string output = _folder.File("half.safetensors");
        WeightConverter.Convert(Foreign(), output, new WeightConversionOptions { Half = true });
        using (SafetensorsFile file = SafetensorsFile.Open(output))
            Assert.True(Goldens.Same(_model.state_dict()["blocks.0.mlp.fc1.weight"].to(ScalarType.Float16),
                file.Read("blocks.0.mlp.fc1.weight")));
        string large = PickleWriter.WriteState(_folder.File("large.pth"), new Dictionary<string, Tensor> { ["x"] = tensor([1e6f]) });
        Assert.Contains("'x' has values that Float16 cannot hold", Assert.Throws<InputException>(() =>
            WeightConverter.Convert(large, _folder.File("large.safetensors"), new WeightConversionOptions { Half = true })).Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("large.safetensors")));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_written()
    {
        string output = _folder.File("out.safetensors");
        void Refused(string text, string to, string? model) => Assert.Contains(
            text, Assert.Throws<InputException>(() =>
                WeightConverter.Convert(Foreign(), to, new WeightConversionOptions { Model = model })).Message, StringComparison.Ordinal);
        Refused("not those of 'resnet20'", output, "resnet20");
        Refused("Unknown model 'resnet2'", output, "resnet2");
        Refused("writes weights as safetensors", _folder.File("out.pth"), null);
        Assert.False(File.Exists(output));
        SafetensorsWriter.Write(output, new Dictionary<string, Tensor> { ["x"] = ones(1) });
        Assert.Contains(
            "The output file is the input file", Assert.Throws<InputException>(() => WeightConverter.Convert(output, output)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>What numpy.savez_compressed writes: arrays that have no place in the file.</summary>
    [Fact]
    public void Compressed_arrays_are_loaded_and_converted()
    {
        string path = _folder.File("packed.npz"), output = _folder.File("unpacked.safetensors");
        Dictionary<string, Tensor> state = _model.state_dict();
        PickleWriter.WriteZip(path, state.Select(t => ($"{t.Key}.npy", WeightLoaderTests.Npy(t.Value))),
            System.IO.Compression.CompressionLevel.Optimal);
        WeightConversionResult done = WeightConverter.Convert(path, output,
            new WeightConversionOptions { Model = ModelCatalogue.DemoTeacher });
        Assert.Equal(("NumPy npz", state.Count), (done.Format, done.Tensors));
        using SafetensorsFile file = SafetensorsFile.Open(output);
        Assert.All(state, t => Assert.True(Goldens.Same(t.Value, file.Read(t.Key)), t.Key));
    }

    [Fact]
    public void With_a_model_only_its_tensors_are_written_and_the_prefix_is_reported()
    {
        string path = _folder.File("training.safetensors"), output = _folder.File("model.safetensors");
        Dictionary<string, Tensor> state = _model.state_dict();
        Dictionary<string, Tensor> all = state.Where(t => !t.Key.StartsWith("head.", StringComparison.Ordinal))
            .ToDictionary(t => $"student.{t.Key}", t => t.Value);
        foreach ((string name, Tensor value) in all.ToArray())
            all[name.Replace("student.", "teacher.", StringComparison.Ordinal)] = value + 1;
        all["student.classifier.weight"] = zeros(3, 128);
        all["center"] = zeros(1);
        SafetensorsWriter.Write(path, all);
        var options = new WeightConversionOptions { Model = ModelCatalogue.DemoTeacher, Prefix = "student" };
        WeightConversionResult done = WeightConverter.Convert(path, output, options);
        Assert.Equal((state.Count - 2, "student."), (done.Tensors, done.Prefix));
        Assert.Contains("student.classifier.weight", done.Dropped.Select(d => d.Name));
        Assert.Contains("center", done.Dropped.Select(d => d.Name));
        using SafetensorsFile file = SafetensorsFile.Open(output);
        Assert.All(file.Tensors.Keys, n => Assert.True(Goldens.Same(state[n], file.Read(n)), n));
        done = WeightConverter.Convert(path, output, options with { Prefix = null });
        Assert.Equal(("teacher.", "student."), (done.Prefix, Assert.Single(done.OtherNetworks)));
    }

    [Fact]
    public void Numbers_that_no_command_would_load_are_refused_by_name()
    {
        var state = new Dictionary<string, Tensor> { ["a"] = ones(2), ["b"] = tensor([1f, float.NaN]) };
        string broken = PickleWriter.WriteState(_folder.File("broken.pth"), state);
        InputException error = Assert.Throws<InputException>(() => WeightConverter.Convert(broken, _folder.File("broken.safetensors")));
        Assert.Equal(("The tensor 'b' holds NaN or infinity.", broken), (error.Message, error.Where));
        Assert.False(File.Exists(_folder.File("broken.safetensors")));
    }

    [Fact]
    public void A_file_is_inspected_without_its_numbers()
    {
        WeightsInspection found = WeightsInspection.Of(Foreign());
        Assert.Equal(("Hugging Face ViT", "PyTorch zip archive"), (found.Family, found.Format));
        Assert.Equal([ModelCatalogue.DemoTeacher], found.Models);
        Assert.Equal(_model.parameters().Sum(p => p.numel()) + 2, found.Parameters);
        Assert.Equal(4 * found.Parameters, found.Bytes);
        InspectedTensor query = found.Tensors.Single(t => t.Name == "vit.encoder.layer.3.attention.attention.query.bias");
        Assert.Equal(("float32", null), (query.Type, query.Dropped));
        Assert.Equal(["blocks.3.attn.qkv.bias"], query.Becomes);
        Assert.Equal([128], query.Shape);
        InspectedTensor pooler = found.Tensors.Single(t => t.Name == "vit.pooler.dense.bias");
        Assert.Empty(pooler.Becomes);
        Assert.Contains("before its head", pooler.Dropped, StringComparison.Ordinal);
    }

    private string Foreign() => PickleWriter.WriteState(
        _folder.File("pytorch_model.bin"),
        HuggingFaceVitTests.Names(_model.state_dict())
            .Select(t => KeyValuePair.Create(t.Name.Replace("head.", "classifier.", StringComparison.Ordinal), t.Value))
            .Append(KeyValuePair.Create("vit.pooler.dense.bias", zeros(2))));
}
