using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

/// <summary>
/// Damaged and forged files: whatever they hold, reading ends with tensors or with one clear sentence,
/// and takes no memory that the file has not.
/// </summary>
public sealed class WeightsFuzzTests : IDisposable
{
    private const int Files = 250;
    private const long MaxBytes = 48 << 20;
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(Files);
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("safetensors")]
    [InlineData("index")]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("checkpoint.pth")]
    [InlineData("stored.npz")]
    [InlineData("compressed.npz")]
    public void A_damaged_file_is_read_or_refused(string kind)
    {
        string path = kind is "safetensors" or "index" ? Make(kind) : Fixtures.PathOf(kind);
        byte[] whole = File.ReadAllBytes(path);
        Check.One(Config, Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 13).ToArbitrary(),
            (int[] choices) => { Reads(Damage(whole, choices), Path.GetFileName(path)); }));
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        foreach (string name in new[] { "zip.pth", "legacy.pth", "stored.npz" })
        {
            byte[] whole = File.ReadAllBytes(Fixtures.PathOf(name));
            for (int length = 0; length < whole.Length; length += 37)
                Assert.False(Reads(whole[..length], name), $"{name} of {length} bytes");
        }
    }

    [Fact]
    public void Any_sequence_of_pickle_instructions_is_read_or_refused()
    {
        byte[][] instructions =
        [
            .. "(.012NJKI]}()tleduasbR"u8.ToArray().Select(b => new[] { b }), [0x85], [0x86], [0x87], [0x88], [0x8f], [0x90], [0x91],
            [0x94], [0x93], [0x81], [0x92], [(byte)'Q'],
            [(byte)'K', 3], [(byte)'q', 1], [(byte)'h', 1], [(byte)'h', 0], [(byte)'J', 255, 255, 255, 127], [0x8a, 8, 0, 0, 0, 0, 0, 0, 0,
                64], [(byte)'X', 1, 0, 0, 0, (byte)'a'],
            [(byte)'X', 7, 0, 0, 0, .. "storage"u8], [(byte)'X', 255, 255, 255, 127], .. new[] { "collections\nOrderedDict",
                "torch._utils\n_rebuild_tensor_v2", "torch\nFloatStorage", "torch\nSize", "os\nsystem" }
                .Select(g => Encoding.ASCII.GetBytes($"c{g}\n")),
        ];
        Gen<byte[]> pickles = Gen.ArrayOf(Gen.Elements(instructions), 40).Select(parts => parts.SelectMany(p => p).ToArray());
        Check.One(Config, Prop.ForAll(pickles.ToArbitrary(), (byte[] pickle) =>
        {
            var writer = new PickleWriter().Op('}').Text("a").Tensor("0", "FloatStorage", [2]).Op('s').Op(pickle);
            writer.Zip(_folder.File("a.pth"), ("0", new byte[8]));
            Reads(File.ReadAllBytes(_folder.File("a.pth")), "b.pth");
        }));
    }

    [Fact]
    public void Containers_that_hold_themselves_many_times_over_end()
    {
        // Each dictionary holds the one before it twice: 2^30 ways down.
        var writer = new PickleWriter().Op('}').Text("a").Tensor("0", "FloatStorage", [2]).Op('s').Op((byte)'q', 0);
        for (int i = 0; i < 30; i++)
            writer.Op('}').Op('(').Text("a").Op((byte)'h', 0).Text("b").Op((byte)'h', 0).Op('u').Op((byte)'q', 0);
        string path = writer.Zip(_folder.File("a.pth"), ("0", new byte[8]));
        Assert.Throws<InputException>(() => WeightsFile.Open(path));

        // A dictionary in itself.
        path = new PickleWriter().Op('}').Op((byte)'q', 0).Text("model").Op((byte)'h', 0).Op('s').Text("w").Tensor("0", "FloatStorage", [2])
            .Op('s').Zip(_folder.File("b.pth"), ("0", new byte[8]));
        using WeightsFile file = WeightsFile.Open(path);
        Assert.All(file.Tensors.Keys, n => Assert.EndsWith("w", n, StringComparison.Ordinal));
    }

    /// <summary>Whether the file was read whole; what is no clear refusal fails the test.</summary>
    private bool Reads(byte[] bytes, string name)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using TimmWeightsFile file = TimmWeightsFile.Open(path);
            foreach (string tensor in file.Tensors.Keys)
            {
                using Tensor value = file.Read(tensor);
            }

            return true;
        }
        catch (InputException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
            Assert.InRange(e.Message.Length, 10, 510);
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
        }
    }

    /// <summary>
    /// Up to four changes: a bit turned, a byte or a count made extreme, a piece left out, doubled or moved, or the end cut.
    /// </summary>
    private static byte[] Damage(byte[] whole, int[] choices)
    {
        var bytes = new List<byte>(whole);
        for (int i = 0; i < 1 + (choices[0] % 4) && bytes.Count > 8; i++)
        {
            int at = choices[(3 * i) + 1] % (bytes.Count - 8), value = choices[(3 * i) + 2], kind = choices[(3 * i) + 3] % 6;
            int length = Math.Min(1 + (value % 40), bytes.Count - at);
            switch (kind)
            {
                case 0:
                    bytes[at] ^= (byte)(1 << (value % 8));
                    break;
                case 1:
                    bytes[at] = (byte)(value % 3 == 0 ? 0xff : value);
                    break;
                case 2:
                    for (int j = 0; j < 8; j++)
                        bytes[at + j] = (byte)(value % 2 == 0 ? 0xff : j == 7 ? 0x7f : 0xff);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private string Make(string kind)
    {
        string shard = _folder.File("shard.safetensors");
        SafetensorsWriter.Write(shard,
            new Dictionary<string, Tensor> { ["a.weight"] = ones(2, 3), ["a.bias"] = zeros(3), ["steps"] = tensor(3L) },
            new Dictionary<string, string> { ["format"] = "pt" });
        if (kind == "safetensors")
            return shard;
        string index = _folder.File("model.safetensors.index.json");
        File.WriteAllText(index,
            """{"metadata":{"total_size":44}"""
            + ""","weight_map":{"a.weight":"shard.safetensors","a.bias":"shard.safetensors","steps":"shard.safetensors"}}""");
        return index;
    }
}
