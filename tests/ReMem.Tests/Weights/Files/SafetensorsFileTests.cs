using System.Text;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("F64", ScalarType.Float64, new byte[] { 0, 0, 0, 0, 0, 0, 4, 64 }, 2.5)]
    [InlineData("F32", ScalarType.Float32, new byte[] { 0, 0, 32, 64 }, 2.5)]
    [InlineData("F16", ScalarType.Float16, new byte[] { 0, 65 }, 2.5)]
    [InlineData("BF16", ScalarType.BFloat16, new byte[] { 32, 64 }, 2.5)]
    [InlineData("I64", ScalarType.Int64, new byte[] { 254, 255, 255, 255, 255, 255, 255, 255 }, -2)]
    [InlineData("I32", ScalarType.Int32, new byte[] { 254, 255, 255, 255 }, -2)]
    [InlineData("I16", ScalarType.Int16, new byte[] { 254, 255 }, -2)]
    [InlineData("I8", ScalarType.Int8, new byte[] { 254 }, -2)]
    [InlineData("U8", ScalarType.Byte, new byte[] { 254 }, 254)]
    [InlineData("BOOL", ScalarType.Bool, new byte[] { 1 }, 1)]
    public void Every_type_is_read(string type, ScalarType expected, byte[] bytes, double value)
    {
        string header = $$$"""{"a":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{bytes.Length}}}]}}""";
        using SafetensorsFile file = SafetensorsFile.Open(Make(header, bytes));
        using Tensor tensor = file.Read("a");
        Assert.Equal(expected, tensor.dtype);
        Assert.Equal(value, tensor.to(ScalarType.Float64).item<double>());
    }

    [Fact]
    public void Metadata_scalars_empty_tensors_and_later_offsets_are_read()
    {
        string header = """
            {"__metadata__":{"format":"pt"},"later":{"dtype":"I16","shape":[2,2],"data_offsets":[4,12]},
             "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}}
            """;
        using SafetensorsFile file = SafetensorsFile.Open(Make(header, [0, 0, 128, 63, 1, 0, 2, 0, 3, 0, 4, 0]));
        using var scope = NewDisposeScope();
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(1, file.Read("scalar").item<float>());
        Assert.Equal([0, 3], file.Read("none").shape);
        Assert.Equal([1, 2, 3, 4], file.Read("later").data<short>().ToArray());
        Assert.Contains("no tensor 'other'", Assert.Throws<InputException>(() => file.Read("other")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 4, "4 bytes that belong to no tensor")]
    [InlineData("no json", 0, "not valid JSON")]
    [InlineData("[1,2]", 0, "not valid JSON")]
    [InlineData("""{"a":5}""", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,"4"]}}""", 4, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e40],"data_offsets":[0,4]}}""", 4, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the type 'F8_E4M3'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "need 8 bytes, but it holds 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'a' of shape [2] needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the invalid shape [-1, -1]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", 4, "invalid shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "tensor 'a' has 3 offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'a' leaves a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "tensor 'b' overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2,
        "tensor 'a' occurs twice")]
    public void A_header_that_lies_is_refused_naming_file_and_tensor(string header, int dataBytes, string text)
    {
        string path = Make(header, new byte[dataBytes]);
        InputException e = Assert.Throws<InputException>(() => SafetensorsFile.Open(path));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Where);

        // The handle is closed again.
        File.Delete(path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(66)]
    public void A_file_cut_short_anywhere_is_refused(int length)
    {
        byte[] whole = File.ReadAllBytes(Make("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]));
        Assert.True(length < whole.Length);
        string path = _folder.File("short.safetensors");
        File.WriteAllBytes(path, whole[..length]);
        Assert.Equal(path, Assert.Throws<InputException>(() => SafetensorsFile.Open(path)).Where);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000_001)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_beyond_the_file_is_refused(ulong claimed)
    {
        string path = _folder.File("lie.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(claimed), .. "{}"u8]);
        Assert.Contains($"claims {claimed} bytes", Assert.Throws<InputException>(() => SafetensorsFile.Open(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_distinguished()
    {
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder.File("none"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("folder", Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    private string Make(string header, byte[] data)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.safetensors");
        byte[] json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. data]);
        return path;
    }
}
