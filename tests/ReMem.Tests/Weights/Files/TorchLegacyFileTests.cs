using System.Text;
using ReMem.Weights.Files;

namespace ReMem.Tests.Weights.Files;

public sealed class TorchLegacyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_part_of_a_storage_as_files_of_2017_keep_it_is_read()
    {
        using WeightsFile file = WeightsFile.Open(Make(view: (3, 2)));
        using TorchSharp.torch.Tensor value = file.Read("a");
        Assert.Equal([3, 4], Fixtures.Values(value));
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        void Refused(string path, string text) =>
            Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        Refused(Make(view: (5, 2)), "part outside it");
        Refused(Make(version: 1000), "version is unknown");
        Refused(Make(littleEndian: false), "big-endian");
        Refused(Make(listed: "1"), "lists a storage that no tensor uses");
        Refused(Make(listed: null), "lacks the numbers of its storage '0'");
        Refused(Make(elements: 5), "has 5 numbers, not 6");
        byte[] whole = File.ReadAllBytes(Make());
        File.WriteAllBytes(_folder.File("short.pth"), whole[..^1]);
        Refused(_folder.File("short.pth"), "cut short");
    }

    [Theory]
    [InlineData("ComplexFloatStorage", 8)]
    [InlineData("ComplexDoubleStorage", 16)]
    [InlineData("QInt8Storage", 1)]
    [InlineData("QUInt8Storage", 1)]
    [InlineData("QInt32Storage", 4)]
    [InlineData("QUInt4x2Storage", 1)]
    [InlineData("Float8_e4m3fnStorage", 1)]
    [InlineData("FutureStorage", 2)]
    [InlineData("FutureStorage", 16)]
    public void A_storage_of_a_type_that_is_not_read_only_matters_where_a_tensor_needs_it(string type, int size)
    {
        foreach (int place in new[] { 0, 1, 2 })
        {
            using WeightsFile file = WeightsFile.Open(MakeWith(place, (type, 5, size)));
            Assert.Equal(["a", "b"], file.Tensors.Keys.Order());
            using TorchSharp.torch.Tensor a = file.Read("a"), b = file.Read("b");
            Assert.Equal([0, 1, 2, 3, 4, 5], Fixtures.Values(a));
            Assert.Equal([10, 11], Fixtures.Values(b));
            Assert.Contains($"the tensor 'c0' (torch.{type})", file.SteppedOver);
        }
    }

    [Fact]
    public void Several_types_that_are_not_read_are_passed_over_by_the_counts_of_the_others()
    {
        using WeightsFile file =
            WeightsFile.Open(MakeWith(0, ("XStorage", 3, 2), ("YStorage", 0, 4), ("ZStorage", 7, 8), ("XStorage", 1, 2)));
        using TorchSharp.torch.Tensor a = file.Read("a");
        Assert.Equal([0, 1, 2, 3, 4, 5], Fixtures.Values(a));
    }

    [Fact]
    public void Storages_of_other_types_that_do_not_fit_are_refused()
    {
        void Refused(string path, string text) =>
            Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        Refused(MakeWith(0, ("XStorage", 5, 3)), "'XStorage' have no size that is consistent");
        Refused(MakeWith(0, ("QInt8Storage", 5, 4)), "numbers, not 6");
        Refused(MakeWith(0, [.. Enumerable.Range(0, 5).Select(i => ($"X{i}Storage", 5, 1))]), "have no size that is consistent");
        byte[] whole = File.ReadAllBytes(MakeWith(2, ("ComplexFloatStorage", 5, 8)));
        File.WriteAllBytes(_folder.File("short.pth"), whole[..^1]);
        Refused(_folder.File("short.pth"), "cut short");
        whole = File.ReadAllBytes(MakeWith(2, ("ComplexFloatStorage", long.MaxValue, 0)));
        File.WriteAllBytes(_folder.File("huge.pth"), whole);
        Refused(_folder.File("huge.pth"), "cut short");
    }

    [Fact]
    public void A_file_that_has_no_other_tensor_names_the_type()
    {
        PickleWriter state = new PickleWriter().Op('}').Text("c").Tensor("0", "ComplexFloatStorage", [2]).Op('s');
        string path = Write("complex.pth", state, ["0"], [(2, new byte[16])]);
        Assert.Contains("type 'torch.ComplexFloatStorage'", Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Two tensors of float32, and before, between or behind them others.</summary>
    private string MakeWith(int place, params (string Type, long Elements, int Size)[] others)
    {
        PickleWriter state = new PickleWriter().Op('}');
        List<(string Key, long Elements, byte[] Data)> storages =
            [("a", 6, [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))]),
                ("b", 2, [.. new[] { 10f, 11f }.SelectMany(BitConverter.GetBytes)])];
        for (int i = 0; i < others.Length; i++)
        {
            (string type, long elements, int size) = others[i];
            state.Text($"c{i}").Tensor($"c{i}", type, [elements]).Op('s');
            storages.Insert(place + i, ($"c{i}", elements,
                [.. Enumerable.Range(0, (int)(size == 0 ? 0 : elements * size)).Select(n => (byte)(n + 100))]));
        }

        state.Text("a").Tensor("a", "FloatStorage", [6]).Op('s').Text("b").Tensor("b", "FloatStorage", [2]).Op('s');
        return Write($"{Guid.NewGuid():N}.pth", state, [.. storages.Select(s => s.Key)], [.. storages.Select(s => (s.Elements, s.Data))]);
    }

    private string Write(string name, PickleWriter state, string[] keys, (long Elements, byte[] Data)[] storages)
    {
        PickleWriter list = new PickleWriter().Op(']');
        foreach (string key in keys)
            list.Text(key).Op('a');
        string path = _folder.File(name);
        File.WriteAllBytes(path,
        [
            0x80, 2, 0x8a, 0x0a, .. Encoding.Latin1.GetBytes("l\u00fc\u009cF\u00f9 j\u00a8P\u0019."),
            .. new PickleWriter().Int(1001).Bytes,
            .. new PickleWriter().Op('}').Text("little_endian").Op(0x88).Op('s').Bytes,
            .. state.Bytes,
            .. list.Bytes,
            .. storages.SelectMany(s => (byte[])[.. BitConverter.GetBytes(s.Elements), .. s.Data]),
        ]);
        return path;
    }

    private string Make(
        (long First, long Count)? view = null, long version = 1001, bool littleEndian = true, string? listed = "0", long elements = 6)
    {
        PickleWriter state = new PickleWriter().Op('}').Text("a").Global("torch._utils", "_rebuild_tensor").Op('(');
        state.Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(6);
        state = view is { } part ? state.Op('(').Text("1").Int(part.First).Int(part.Count).Op('t') : state.Op('N');
        state.Op('t').Op('Q').Int(0).Tuple([2]).Tuple([1]).Op('t').Op('R').Op('s');
        PickleWriter list = new PickleWriter().Op(']');
        if (listed is not null)
            list.Text(listed).Op('a');
        string path = _folder.File($"{Guid.NewGuid():N}.pth");
        File.WriteAllBytes(path,
        [
            0x80, 2, 0x8a, 0x0a, .. Encoding.Latin1.GetBytes("l\u00fc\u009cF\u00f9 j\u00a8P\u0019."),
            .. new PickleWriter().Int(version).Bytes,
            .. new PickleWriter().Op('}').Text("little_endian").Op((byte)(littleEndian ? 0x88 : 0x89)).Op('s').Bytes,
            .. state.Bytes,
            .. list.Bytes,
            .. BitConverter.GetBytes(elements),
            .. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i)),
        ]);
        return path;
    }
}
