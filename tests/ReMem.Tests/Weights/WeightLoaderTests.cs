using System.Text;
using System.Text.Json;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Tests.Weights.Families;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public sealed class WeightLoaderTests : IDisposable
{
    private const string Vit = "vit_pico_patch4_32";
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    /// <summary>A model that is collected takes its tensors with it.</summary>
    private readonly List<ImageModel> _models = [];

    public void Dispose()
    {
        _models.ForEach(m => m.Dispose());
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(ScalarType.Float16, 1e-3)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    [InlineData(ScalarType.Float64, 0)]
    public void Every_tensor_is_read_and_cast_to_the_models_type(ScalarType? stored, double tolerance)
    {
        ImageModel source = Filled("resnet20");
        string path = Store(source.state_dict(), stored);
        ImageModel model = Make("resnet20");
        WeightLoadReport report = WeightLoader.Load(model, path);
        Dictionary<string, Tensor> wanted = source.state_dict();
        Assert.Equal(wanted.Count, report.Loaded);
        Assert.Empty(report.NewHead.Concat(report.Resampled));
        foreach (var (name, value) in model.state_dict())
        {
            Assert.Equal(wanted[name].dtype, value.dtype);
            Assert.True((value - wanted[name]).abs().max().to(ScalarType.Float64).item<double>() <= tolerance, name);
        }
    }

    [Fact]
    public void A_head_of_other_classes_stays_new_and_is_reported()
    {
        ImageModel source = Filled(Vit);
        ImageModel model = Make(Vit, classes: 9);
        Tensor fresh = model.state_dict()["head.weight"].clone();
        WeightLoadReport report = WeightLoader.Load(model, Store(source.state_dict()));
        Assert.Equal(["head.weight", "head.bias"], report.NewHead);
        Assert.Equal(5, report.FileClasses);
        Assert.Contains("new head (the file's has 5 classes)", report.ToString(), StringComparison.Ordinal);
        Assert.True(Goldens.Same(fresh, model.state_dict()["head.weight"]));
        Assert.True(Goldens.Same(source.state_dict()["norm.weight"], model.state_dict()["norm.weight"]));

        Dictionary<string, Tensor> headless = source.state_dict();
        headless.Remove("head.weight");
        headless.Remove("head.bias");
        Assert.Contains("the file has none", WeightLoader.Load(model, Store(headless)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Position_embeddings_of_another_resolution_are_resampled()
    {
        ImageModel source = Filled(Vit);
        ImageModel model = Make(Vit, size: 48);
        WeightLoadReport report = WeightLoader.Load(model, Store(source.state_dict()));
        Assert.Equal(["pos_embed"], report.Resampled);
        Tensor expected = PositionEmbedding.Resample(source.state_dict()["pos_embed"], 12, 1);
        Assert.True(Goldens.Same(expected, model.state_dict()["pos_embed"]));
    }

    [Fact]
    public void Missing_unexpected_and_misshaped_tensors_are_named_and_nothing_is_changed()
    {
        Dictionary<string, Tensor> broken = Broken();
        string path = Store(broken);
        ImageModel model = Make(Vit);
        Dictionary<string, Tensor> before = model.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
        InputException e = Assert.Throws<InputException>(() => WeightLoader.Load(model, path));
        Assert.Contains("1 tensors are missing (blocks.1.norm1.bias)", e.Message, StringComparison.Ordinal);
        Assert.Contains("1 are unexpected (extra)", e.Message, StringComparison.Ordinal);
        Assert.Contains("'norm.weight' is [7] rather than [128]", e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Where);
        Assert.All(model.state_dict(), t => Assert.True(Goldens.Same(before[t.Key], t.Value), t.Key));
    }

    [Fact]
    public void AllowMissing_loads_what_fits_and_reports_the_rest()
    {
        Dictionary<string, Tensor> broken = Broken();
        ImageModel model = Make(Vit);
        WeightLoadReport report = WeightLoader.Load(model, Store(broken), new WeightLoadOptions { AllowMissing = true });
        Assert.Equal((["blocks.1.norm1.bias"], ["extra"], ["norm.weight"]),
            (report.Missing.ToArray(), report.Unexpected.ToArray(), report.MisShaped.ToArray()), Comparer);
        Assert.Contains("1 missing (blocks.1.norm1.bias); 1 unexpected (extra); 1 of another shape (norm.weight)", report.ToString(),
            StringComparison.Ordinal);
        Assert.True(Goldens.Same(broken["norm.bias"], model.state_dict()["norm.bias"]));
        Assert.Equal(1, model.state_dict()["norm.weight"].min().item<float>());

        string foreign = Store(new Dictionary<string, Tensor> { ["other"] = zeros(2) });
        Assert.Throws<InputException>(() => WeightLoader.Load(model, foreign, new WeightLoadOptions { AllowMissing = true }));
    }

    [Theory]
    [InlineData("resnet20", "resnet18", "'resnet20'")]
    [InlineData("resnet20", Vit, "'resnet20'")]
    [InlineData("mobilenetv3_small_100", "resnet18", "'mobilenetv3_small_100'")]
    [InlineData("deit_tiny_patch16_224", "vit_small_patch16_224", "'vit_tiny_patch16_224' or 'deit_tiny_patch16_224'")]
    public void Weights_of_another_architecture_are_recognised(string stored, string asked, string guess)
    {
        ImageModel model = Make(asked);
        InputException e = Assert.Throws<InputException>(() => WeightLoader.Load(model, Store(Filled(stored).state_dict())));
        Assert.Contains($"not those of '{asked}'", e.Message, StringComparison.Ordinal);
        Assert.Equal($"They look like {guess}.", e.Remedy);
    }

    [Theory]
    [InlineData("layer2.1.conv1.weight", 300, float.NaN, ScalarType.Float32)]
    [InlineData("layer2.1.conv1.weight", 0, float.PositiveInfinity, ScalarType.Float32)]
    [InlineData("fc.weight", -1, float.NegativeInfinity, ScalarType.Float32)]
    [InlineData("fc.weight", -1, float.NaN, ScalarType.Float16)]
    public void Weights_that_are_not_finite_are_refused_by_name(string name, int place, float bad, ScalarType type)
    {
        Dictionary<string, Tensor> state = Filled("resnet20").state_dict();
        state[name] = state[name].detach().clone();
        using (no_grad())
            state[name].view(-1)[place] = bad;
        state[name] = state[name].to(type);
        ImageModel model = Make("resnet20");
        Tensor before = model.state_dict()["conv1.weight"].clone();
        InputException e = Assert.Throws<InputException>(() => WeightLoader.Load(model, Store(state)));
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.True(Goldens.Same(before, model.state_dict()["conv1.weight"]));
    }

    [Fact]
    public void A_head_of_other_width_is_no_new_head()
    {
        Dictionary<string, Tensor> state = Filled(Vit).state_dict();
        state["head.weight"] = zeros(9, 64);
        ImageModel model = Make(Vit);
        Assert.Contains("'head.weight' is [9, 64]", Assert.Throws<InputException>(() => WeightLoader.Load(model, Store(state))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_counted_from_the_head()
    {
        Assert.Equal(5, WeightLoader.CountClasses("resnet20", Store(Filled("resnet20").state_dict())));
        Assert.Throws<InputException>(() => WeightLoader.CountClasses(Vit, Store(Filled("resnet20").state_dict())));
    }

    [Fact]
    public void DeiT_tinys_published_weights_load_whole()
    {
        string path = Assets.Path("deit_tiny/model.safetensors");
        ImageModel model = Make("deit_tiny_patch16_224", classes: 1000);
        WeightLoadReport report = WeightLoader.Load(model, path);
        Assert.Equal((152, 0, 0), (report.Loaded, report.NewHead.Count, report.Resampled.Count));
        Assert.Equal(5_717_416, model.parameters().Sum(p => p.numel()));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.All(model.state_dict(), t => Assert.True(Goldens.Same(file.Read(t.Key), t.Value), t.Key));
    }

    [Fact]
    public void DeiT_tinys_PyTorch_archive_holds_the_same_numbers()
    {
        using WeightsFile archive = WeightsFile.Open(Assets.Path("deit_tiny/deit_tiny_patch16_224.pth")),
            safetensors = WeightsFile.Open(Assets.Path("deit_tiny/model.safetensors"));
        Assert.Equal("PyTorch zip archive", archive.Format);
        Assert.Equal(safetensors.Tensors.Keys.Order(StringComparer.Ordinal), archive.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (string name in safetensors.Tensors.Keys)
        {
            using var scope = NewDisposeScope();
            Assert.True(Goldens.Same(safetensors.Read(name), archive.Read(name)), name);
        }
    }

    [Fact]
    public void DeiT_tinys_archive_gives_timms_answers()
    {
        const int Photos = 6;
        string archive = Assets.Path("deit_tiny/deit_tiny_patch16_224.pth"), photos = Assets.Path("imagenet-sample");
        ImageModel model = Make("deit_tiny_patch16_224", WeightLoader.CountClasses("deit_tiny_patch16_224", archive));
        Assert.Equal("152 tensors from deit_tiny_patch16_224.pth", WeightLoader.Load(model, archive).ToString());
        var predictor = new Predictor(model, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);
        JsonElement[] expected = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(photos, "expected.json"))).RootElement.GetProperty(
            "rows").EnumerateArray().Take(Photos)];
        foreach (JsonElement photo in expected)
        {
            RankedClass top = predictor.Predict(Path.Combine(photos, photo.GetProperty("file").GetString()!), 1).Top[0];
            Assert.Equal(photo.GetProperty("top5")[0].GetInt32(), top.Index);
            Assert.Equal(photo.GetProperty("logits")[0].GetDouble(), top.Logit, 0.05);
        }
    }

    public static TheoryData<string> OtherNamings => ["Hugging Face ViT", "torchvision ViT", "Google's ViT (augreg npz)"];

    [Theory]
    [MemberData(nameof(OtherNamings))]
    public void A_ViT_in_another_naming_gives_the_same_logits(string family)
    {
        ImageModel source = Filled(Vit), model = Make(Vit);
        Dictionary<string, Tensor> state = source.state_dict();
        string path = _folder.File("weights");
        switch (family)
        {
            case "Hugging Face ViT":
                PickleWriter.WriteState(path,
                    Pairs(HuggingFaceVitTests.Names(state)
                        .Select(t => (t.Name.Replace("head.", "classifier.", StringComparison.Ordinal), t.Value))
                    .Append(("vit.pooler.dense.bias", zeros(2)))));
                break;
            case "torchvision ViT":
                SafetensorsWriter.Write(path, Pairs(TorchvisionTests.VitNames(state)));
                break;
            default:
                WriteNpz(path, AugregTests.Names(state, heads: 4));
                break;
        }

        WeightLoadReport report = WeightLoader.Load(model, path);
        Assert.Equal((family, state.Count), (report.Family, report.Loaded));
        Assert.Contains($"({family}; {report.Renamed} renamed)", report.ToString(), StringComparison.Ordinal);
        Assert.Equal(family == "Hugging Face ViT",
            report.ToString().Contains("1 dropped (vit.pooler.dense.bias: timm's ViT", StringComparison.Ordinal));
        Tensor images = Goldens.UniformTensor("input", 1, 2, 3, 32, 32).to(ScalarType.Float32);
        source.eval();
        model.eval();
        using var guard = no_grad();
        Assert.True(Goldens.Same(source.forward(images), model.forward(images)));
    }

    [Fact]
    public void A_ResNet_of_torchvision_in_a_trainings_checkpoint_gives_the_same_logits()
    {
        ImageModel source = Filled("resnet20"), model = Make("resnet20");
        string path = PickleWriter.WriteState(_folder.File("a.pth"),
            source.state_dict().Select(t => KeyValuePair.Create($"module.{t.Key}", t.Value)));
        WeightLoadReport report = WeightLoader.Load(model, path);
        Assert.Equal(("timm", "PyTorch zip archive", source.state_dict().Count), (report.Family, report.Format, report.Loaded));
        Tensor images = Goldens.UniformTensor("input", 1, 2, 3, 32, 32).to(ScalarType.Float32);
        source.eval();
        model.eval();
        using var guard = no_grad();
        Assert.True(Goldens.Same(source.forward(images), model.forward(images)));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Pairs(IEnumerable<(string Name, Tensor Value)> tensors) =>
        tensors.Select(t => KeyValuePair.Create(t.Name, t.Value));

    private static void WriteNpz(string path, IEnumerable<(string Name, Tensor Value)> tensors) =>
        PickleWriter.WriteZip(path, tensors.Select(t => ($"{t.Name}.npy", Npy(t.Value))));

    /// <summary>A float32 array as NumPy writes it.</summary>
    internal static byte[] Npy(Tensor value)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(value.shape.Select(d => $"{d}, "))}), }}";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header),
            .. value.detach().contiguous().bytes];
    }

    private static readonly EqualityComparer<(string[], string[], string[])> Comparer =
        EqualityComparer<(string[], string[], string[])>.Create(
        (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3), _ => 0);

    private ImageModel Make(string name, int classes = 5, int? size = null)
    {
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = classes, ImageSize = size });
        _models.Add(model);
        return model;
    }

    private ImageModel Filled(string name)
    {
        ImageModel model = Make(name);
        GoldenWeights.Fill(model);
        return model;
    }

    private Dictionary<string, Tensor> Broken()
    {
        Dictionary<string, Tensor> state = Filled(Vit).state_dict();
        state.Remove("blocks.1.norm1.bias");
        state["extra"] = zeros(3);
        state["norm.weight"] = zeros(7);
        return state;
    }

    private string Store(Dictionary<string, Tensor> state, ScalarType? type = null)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.safetensors");
        SafetensorsWriter.Write(path, state, castFloatsTo: type);
        return path;
    }
}
