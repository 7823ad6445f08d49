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
        void Refused(string path, string text) => Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        Refused(Make(view: (5, 2)), "part that does not lie in it");
        Refused(Make(version: 1000), "version is unknown");
        Refused(Make(littleEndian: false), "big-endian");
        Refused(Make(listed: "1"), "lists a storage that no tensor has");
        Refused(Make(listed: null), "lacks the numbers of its storage '0'");
        Refused(Make(elements: 5), "has 5 numbers, not 6");
        byte[] whole = File.ReadAllBytes(Make());
        File.WriteAllBytes(_folder.File("short.pth"), whole[..^1]);
        Refused(_folder.File("short.pth"), "cut short");
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
