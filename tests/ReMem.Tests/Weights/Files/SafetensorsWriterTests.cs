using System.Text;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_layout_is_the_reference_implementations()
    {
        string path = _folder.File("a.safetensors");
        var tensors = new Dictionary<string, Tensor>
        {
            ["b\u00fc\"."] = tensor(new byte[] { 7, 8, 9 }),
            ["w"] = tensor(new float[] { 1, 2 }).view(2, 1),
            ["B"] = tensor(new float[] { 3 }),
            ["count"] = tensor(5L),
        };
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        byte[] bytes = File.ReadAllBytes(path);
        string header = "{\"__metadata__\":{\"format\":\"pt\"},\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"B\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[12,20]},"
            + "\"b\u00fc\\\".\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[20,23]}}";
        byte[] json = Encoding.UTF8.GetBytes(header);
        int padded = (json.Length + 7) / 8 * 8;
        Assert.Equal(padded, (int)BitConverter.ToUInt64(bytes));
        Assert.Equal(header, Encoding.UTF8.GetString(bytes, 8, padded).TrimEnd(' '));
        Assert.Equal([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 64, 0, 0, 128, 63, 0, 0, 0, 64, 7, 8, 9], bytes[(8 + padded)..]);
    }

    [Fact]
    public void Views_are_written_as_they_read_and_floats_are_cast()
    {
        string path = _folder.File("a.safetensors");
        Tensor all = arange(12, dtype: ScalarType.Float32).view(3, 4);
        var tensors = new Dictionary<string, Tensor>
        {
            ["row"] = all[1],
            ["transposed"] = all.t(),
            ["count"] = tensor(3L),
            ["flag"] = tensor(true),
        };
        SafetensorsWriter.Write(path, tensors, castFloatsTo: ScalarType.Float16);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(ScalarType.Float16, file.Read("row").dtype);
        Assert.True(Goldens.Same(all[1], file.Read("row").to(ScalarType.Float32)));
        Assert.True(Goldens.Same(all.t(), file.Read("transposed").to(ScalarType.Float32)));
        Assert.Equal(3, file.Read("count").item<long>());
        Assert.True(file.Read("flag").item<bool>());
    }

    [Fact]
    public void A_value_too_large_for_the_cast_is_refused_naming_the_tensor()
    {
        string path = _folder.File("a.safetensors");
        InputException e = Assert.Throws<InputException>(
            () => SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["big"] = tensor(1e6f) },
                castFloatsTo: ScalarType.Float16));
        Assert.Contains("'big'", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_failed_write_keeps_the_earlier_file_and_leaves_no_other()
    {
        string path = _folder.File("a.safetensors");
        File.WriteAllText(path, "earlier");
        KeyValuePair<string, Tensor>[] twice = [new("a", tensor(1f)), new("a", tensor(2f))];
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, twice));
        Assert.Throws<ArgumentException>(() =>
            SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["c"] = zeros(1, ScalarType.ComplexFloat32) }));
        Assert.Equal("earlier", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Throws<InputException>(() => SafetensorsWriter.Write(_folder.Path, new Dictionary<string, Tensor> { ["a"] = tensor(1f) }));
    }
}
