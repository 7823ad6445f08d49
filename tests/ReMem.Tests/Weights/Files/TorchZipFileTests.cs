using System.IO.Compression;
using System.Text.Json;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class TorchZipFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("zip.pth", "PyTorch zip archive")]
    [InlineData("zip-protocol4.pth", "PyTorch zip archive")]
    [InlineData("legacy.pth", "PyTorch legacy archive")]
    [InlineData("legacy-protocol5.pth", "PyTorch legacy archive")]
    public void Every_type_view_and_shared_storage_that_PyTorch_saves_is_read(string name, string format)
    {
        using WeightsFile file = WeightsFile.Open(Fixtures.PathOf(name));
        Assert.Equal(format, file.Format);
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Fixtures.PathOf("tensors.json"))).RootElement;
        Assert.Equal(expected.EnumerateObject().Select(t => t.Name), file.Tensors.Keys);
        foreach (JsonProperty tensor in expected.EnumerateObject())
        {
            Tensor value = file.Read(tensor.Name);
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), value.shape);
            Assert.Equal(tensor.Value.GetProperty("values").EnumerateArray().Select(v => v.GetDouble()), Fixtures.Values(value));
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString(), TensorTypes.Name(value.dtype));
            Assert.True(value.is_contiguous());
        }
    }

    [Fact]
    public void A_trainings_averaged_weights_are_taken_and_its_metadata_reported()
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(Fixtures.PathOf("checkpoint.pth"));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"],
            file.Tensors.Keys);
        Assert.Equal([2, 2, 2, 2, 2, 2], Fixtures.Values(file.Read("0.weight")));
        Assert.Equal(("model_ema", "3", "0.5", "net"),
            (file.Metadata["state_dict"], file.Metadata["epoch"], file.Metadata["best"], file.Metadata["arch"]));
    }

    [Theory]
    [InlineData("complex.pth", "type 'torch.ComplexFloatStorage'")]
    [InlineData("script.pt", "TorchScript")]
    public void Programs_and_what_is_no_tensor_are_refused_by_name(string name, string text)
    {
        InputException e = Assert.Throws<InputException>(() => WeightsFile.Open(Fixtures.PathOf(name)));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.Equal(Fixtures.PathOf(name), e.Where);
    }

    /// <summary>Files of PyTorch itself, with some thirty kinds of objects that a training keeps.</summary>
    [Theory]
    [InlineData("training.pth", "argparse.Namespace", "numpy.core.multiarray.scalar", "datetime.datetime", "__main__.Mode",
        "__main__.Slots", "__main__.Keywords", "posixpath.join", "functools.partial")]
    [InlineData("training-protocol4.pth", "argparse.Namespace", "pathlib.PosixPath", "decimal.Decimal", "__main__.Config",
        "an optimiser's state ('optimizer')")]
    [InlineData("training-legacy.pth", "argparse.Namespace", "numpy.core.multiarray._reconstruct", "re._compile",
        "torch.nn.modules.linear.Linear")]
    [InlineData("checkpoint-with-namespace.pth", "argparse.Namespace")]
    [InlineData("checkpoint-with-numpy.pth", "numpy.core.multiarray.scalar", "numpy.dtype")]
    public void What_a_training_saves_with_its_weights_is_stepped_over_and_listed(string name, params string[] steppedOver)
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(Fixtures.PathOf(name));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"],
            file.Tensors.Keys);
        Assert.All(file.Tensors.Keys.Where(n => !n.EndsWith("tracked", StringComparison.Ordinal)),
            n => Assert.DoesNotContain(Fixtures.Values(file.Read(n)), double.IsNaN));
        Assert.Equal("3", file.Metadata["epoch"]);
        Assert.DoesNotContain("lr", file.Metadata.Keys);
        Assert.All(steppedOver, s => Assert.Contains(s, file.SteppedOver));
    }

    [Theory]
    [InlineData("module.pth", null)]
    [InlineData("module-in-checkpoint.pth", "model")]
    public void A_module_that_was_saved_whole_has_its_state_dicts_names(string name, string? stateDict)
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(Fixtures.PathOf(name));
        Assert.Equal(
            ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.num_batches_tracked", "layers.1.running_mean",
                "layers.1.running_var", "layers.1.weight", "scale"],
            file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1], Fixtures.Values(file.Read("scale")));
        Assert.Equal(stateDict, file.Metadata.GetValueOrDefault("state_dict"));
        Assert.Contains("__main__.Net", file.SteppedOver);
    }

    [Fact]
    public void A_subclass_of_tensor_is_read_and_an_unreadable_one_named()
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(Fixtures.PathOf("subclass.pth"));
        Assert.Equal([1, 1], Fixtures.Values(file.Read("a")));
        Assert.Equal([1, 1, 1], Fixtures.Values(file.Read("b")));
        Assert.Contains("the tensor 'state_dict.c' (torch.ComplexFloatStorage)", file.SteppedOver);
    }

    [Theory]
    [InlineData(new long[] { 4 }, 1, null, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { -1 }, 0, null, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 2 }, -1, null, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 2, 2 }, 0, new long[] { 3, 1 }, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 2 }, 0, new long[] { -1 }, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 2 }, 0, new long[] { 1, 1 }, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 1L << 62, 1L << 62 }, 0, new long[] { 0, 0 }, 4, 16, "calls torch._utils._rebuild_tensor_v2")]
    [InlineData(new long[] { 1L << 32, 2 }, 0, new long[] { 0, 0 }, 4, 16, "need 34359738368 bytes")]
    [InlineData(new long[] { 4 }, 0, null, 4, 15, "storage '0' has 15 bytes, not 16")]
    [InlineData(new long[] { 4 }, 0, null, 1L << 61, 16, "persistent id")]
    [InlineData(new long[] { 4 }, 0, null, -4, 16, "persistent id")]
    public void A_view_that_leaves_its_storage_is_refused(long[] shape, long first, long[]? strides, long elements, int bytes, string text)
    {
        string path = new PickleWriter().Op('}').Text("a").Tensor("0", "FloatStorage", shape, first, strides, elements).Op('s')
            .Zip(_folder.File("a.pth"), ("0", new byte[bytes]));
        Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_storages_and_compressed_entries_are_refused()
    {
        PickleWriter pickle = new PickleWriter().Op('}').Text("a").Tensor("0", "FloatStorage", [2]).Op('s');
        Assert.Contains("lacks the numbers of its storage '0'",
            Assert.Throws<InputException>(() => WeightsFile.Open(pickle.Zip(_folder.File("a.pth")))).Message, StringComparison.Ordinal);
        string path = _folder.File("b.pth");
        PickleWriter.WriteZip(path, [("x/data.pkl", pickle.Bytes), ("x/data/0", new byte[8])], CompressionLevel.Optimal);
        Assert.Contains("'x/data.pkl' is compressed", Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message,
            StringComparison.Ordinal);
        PickleWriter.WriteZip(path, [("x/data.pkl", pickle.Bytes), ("y/data.pkl", pickle.Bytes)]);
        Assert.Contains("2 entries named data.pkl", Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message,
            StringComparison.Ordinal);
        PickleWriter.WriteZip(path, [("x/data.pkl", pickle.Bytes), ("x/data/0", new byte[8]), ("x/byteorder", "big"u8.ToArray())]);
        Assert.Contains("big-endian", Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        PickleWriter.WriteZip(path, [("readme.txt", pickle.Bytes)]);
        Assert.Contains(
            "a format that remem does not read", Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message,
            StringComparison.Ordinal);
    }
}
