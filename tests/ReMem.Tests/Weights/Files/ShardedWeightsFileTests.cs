using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class ShardedWeightsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public ShardedWeightsFileTests()
    {
        SafetensorsWriter.Write(_folder.File("one.safetensors"), new Dictionary<string, Tensor> { ["a"] = tensor([1f, 2f]) });
        PickleWriter.WriteState(_folder.File("two.bin"), new Dictionary<string, Tensor> { ["b"] = tensor(new long[] { 3 }) });
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_come_from_their_shards_also_by_the_folders_name()
    {
        Write("""{"metadata":{"total_size":16},"weight_map":{"b":"two.bin","a":"one.safetensors"}}""");
        using WeightsFile file = WeightsFile.Open($"local-dir:{_folder.Path}");
        Assert.Equal(["b", "a"], file.Tensors.Keys);
        Assert.Equal(3, file.Read("b").item<long>());
        Assert.Equal([1, 2], Fixtures.Values(file.Read("a")));
        Assert.Equal("16", file.Metadata["total_size"]);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "not a file next to it")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "not a file next to it")]
    [InlineData("""{"weight_map":{"a":".."}}""", "not a file next to it")]
    [InlineData("""{"weight_map":{"a":"C:\\x"}}""", "not a file next to it")]
    [InlineData("""{"weight_map":{"a":"three.safetensors"}}""", "'three.safetensors' of the weights is missing")]
    [InlineData("""{"weight_map":{"c":"one.safetensors"}}""", "tensor 'c', which it lacks")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"two.bin"}}""", "occurs twice")]
    [InlineData("""{"weight_map":{"a":"model.safetensors.index.json"}}""", "a format that remem does not read")]
    [InlineData("""{"weight_map":{}}""", "empty")]
    [InlineData("""{"weight_map":["a"]}""", "not JSON with a weight_map")]
    [InlineData("""{"weight_map":{"a":5}}""", "not JSON with a weight_map")]
    [InlineData("""{"a":1}""", "not JSON with a weight_map")]
    [InlineData("""{"a":""", "not JSON with a weight_map")]
    public void An_index_that_lies_is_refused(string json, string text)
    {
        string path = Write(json);
        InputException e = Assert.Throws<InputException>(() => WeightsFile.Open(path));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);

        // Every shard is closed again.
        File.Delete(_folder.File("one.safetensors"));
    }

    private string Write(string json)
    {
        string path = _folder.File("model.safetensors.index.json");
        File.WriteAllText(path, json);
        return path;
    }
}
