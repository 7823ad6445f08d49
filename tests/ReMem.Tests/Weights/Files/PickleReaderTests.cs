using System.Numerics;
using System.Text;
using ReMem.Runtime;
using ReMem.Weights.Files;

namespace ReMem.Tests.Weights.Files;

public sealed class PickleReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("N.", null)]
    [InlineData("I01\n.", true)]
    [InlineData("I-7\n.", -7L)]
    [InlineData("L-70000000000L\n.", -70000000000L)]
    [InlineData("\u0088.", true)]
    [InlineData("\u0089.", false)]
    [InlineData("K\u00ff.", 255L)]
    [InlineData("M\u0001\u0002.", 513L)]
    [InlineData("J\u00ff\u00ff\u00ff\u00ff.", -1L)]
    [InlineData("\u008a\u0001\u0080.", -128L)]
    [InlineData("\u008a\u0000.", 0L)]
    [InlineData("\u008b\u0002\u0000\u0000\u0000\u0000\u0001.", 256L)]
    [InlineData("G?\u00f8\u0000\u0000\u0000\u0000\u0000\u0000.", 1.5)]
    [InlineData("F-2.5\n.", -2.5)]
    [InlineData("X\u0002\u0000\u0000\u0000ab.", "ab")]
    [InlineData("\u0080\u0004\u0095\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u008c\u0002\u00c3\u00a4.", "ä")]
    [InlineData("U\u0001a.", "a")]
    [InlineData("T\u0001\u0000\u0000\u0000a.", "a")]
    [InlineData("S'a'\n.", "a")]
    [InlineData("Va\n.", "a")]
    [InlineData("K\u0001K\u00020.", 1L)]
    [InlineData("K\u00032\u0086.", "(3, 3)")]
    [InlineData("K\u0001(K\u0002K\u00031.", 1L)]
    [InlineData("(K\u0001K\u0002t.", "(1, 2)")]
    [InlineData("(K\u0001K\u0002l.", "[1, 2]")]
    [InlineData("]K\u0001a(K\u0002K\u0003e.", "[1, 2, 3]")]
    [InlineData("\u008f(K\u0001\u0090.", "[1]")]
    [InlineData("}U\u0001aK\u0001s(U\u0001bK\u0002u.", "{a: 1, b: 2}")]
    [InlineData("(U\u0001aK\u0001d.", "{a: 1}")]
    [InlineData("K\u0005q\u00070h\u0007.", 5L)]
    [InlineData("K\u0005r\u0007\u0000\u0000\u00000j\u0007\u0000\u0000\u0000.", 5L)]
    [InlineData("K\u0005p12\n0g12\n.", 5L)]
    [InlineData("K\u0005\u00940h\u0000.", 5L)]
    [InlineData("ccollections\nOrderedDict\n)R}U\u0001aK\u0001sb.", "{}")]
    [InlineData("\u008c\u000bcollections\u008c\u000bOrderedDict\u0093)\u0081.", "{}")]
    [InlineData("C\u0002ab.", "bytes 6162")]
    public void Every_instruction_does_what_Python_does(string pickle, object? expected)
    {
        object? value = Read(pickle);
        Assert.Equal(expected, value is null or bool or long or double or string ? value : Text(value));
    }

    [Fact]
    public void Numbers_beyond_64_bits_stay_whole() =>
        Assert.Equal(-BigInteger.Pow(2, 79), Assert.IsType<BigInteger>(Read("\u008a\u000a\0\0\0\0\0\0\0\0\0\u0080.")));

    [Theory]
    [InlineData("\u0097.", "instruction 0x97")]
    [InlineData("\u0080\u0006.", "protocol 6")]
    [InlineData("ctorch\nSize\nK\u0001R.", "calls something that is not a function")]
    [InlineData("ctorch\nSize\n)R.", "calls torch.Size with arguments")]
    [InlineData("N)R.", "calls something that is not a function")]
    [InlineData("(U\u0007storagetQ.", "not a storage")]
    [InlineData("]}b.", "attributes")]
    [InlineData("]NN\u0092.", "with invalid keyword")]
    [InlineData("K\u0001)}U\u0001aK\u0001s\u0092.", "invalid keyword arguments")]
    [InlineData("(o.", "object without arguments")]
    [InlineData("(K\u0001o.", "calls something that is not a function")]
    [InlineData("a.", "takes a value")]
    [InlineData("K\u0001K\u0002a.", "not a container")]
    [InlineData("}(K\u0001u.", "key without a value")]
    [InlineData("h\u0005.", "never stored")]
    [InlineData("t.", "mark that is not set")]
    [InlineData(".", "takes a value")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffab.", "text of 4294967295 bytes")]
    [InlineData("\u008d\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080.", "text of -9223372036854775808 bytes")]
    [InlineData("\u008b\u0000\u0000\u0000\u0001.", "number or text of 16777216 bytes")]
    [InlineData("X\u0010\u0000\u0000\u0000ab.", "cut short")]
    [InlineData("K", "cut short")]
    [InlineData("Iabc\n.", "invalid number")]
    [InlineData("Fabc\n.", "invalid number")]
    [InlineData("I12", "has no end")]
    public void What_is_no_data_is_refused_in_one_sentence(string pickle, string text)
    {
        InputException e = Assert.Throws<InputException>(() => Read(pickle));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Where);
        Assert.NotNull(e.Remedy);
    }

    /// <summary>Each of these would run something in Python; here it makes a place that nothing is in.</summary>
    [Theory]
    [InlineData("cos\nsystem\n(U\u0006rm -rftR.", "os.system")]
    [InlineData("cargparse\nNamespace\n)\u0081.", "argparse.Namespace")]
    [InlineData("cargparse\nNamespace\n)\u0081}U\u0001aK\u0001sb.", "argparse.Namespace")]
    [InlineData("\u008c\u0005posix\u008c\u0006system\u0093U\u0001a\u0085R.", "posix.system")]
    [InlineData("cbuiltins\neval\n(U\u0001atRU\u0001b\u0085R.", "builtins.eval")]
    [InlineData("(cos\nsystem\nU\u0001ao.", "os.system")]
    [InlineData("(U\u0001aios\nsystem\n.", "os.system")]
    [InlineData("\u0082\u0001)R.", "copyreg.extension 1")]
    [InlineData("\u0083\u0001\u0002)R.", "copyreg.extension 513")]
    [InlineData("\u0084\u0001\u0000\u0000\u0000)R.", "copyreg.extension 1")]
    [InlineData("cm\nC\n)}U\u0001aK\u0001s\u0092.", "m.C")]
    [InlineData("cm\nC\n)\u0081U\u0001aK\u0001s(U\u0001bK\u0002u.", "m.C")]
    [InlineData("cm\nC\n)\u0081K\u0001a(K\u0002e(K\u0003\u0090.", "m.C")]
    [InlineData("ccopyreg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR.", "m.C")]
    [InlineData("NQ.", "a persistent id")]
    [InlineData("Pabc\n.", "a persistent id")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n(U\u0001at}tR.", "os.system")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\nQUInt8Storage\nU\u00010U\u0003cpuK\u0001tQK\u0000))\u0089NtR.",
        "torch.QUInt8Storage")]
    public void What_would_run_something_is_stepped_over(string pickle, string name)
    {
        PickleOpaque opaque = Assert.IsType<PickleOpaque>(Read(pickle));
        Assert.Equal(name, opaque.Name);
    }

    [Fact]
    public void Long_bytes_are_passed_over_and_what_follows_is_read()
    {
        string pickle = $"(B\u0001\u0000\u0001\u0000{new string('x', 65537)}K\u0007t.";
        object?[] tuple = Assert.IsType<object?[]>(Read(pickle));
        Assert.IsType<PickleOpaque>(tuple[0]);
        Assert.Equal(7L, tuple[1]);
    }

    [Fact]
    public void Copies_of_one_list_again_and_again_end()
    {
        // A list of a thousand pairs, made into a dictionary ten thousand times.
        string list = $"](K\u0001K\u0002\u0086{string.Concat(Enumerable.Repeat("K\u0001K\u0002\u0086", 999))}eq\u00010";
        string pickle = list + string.Concat(Enumerable.Repeat("ccollections\nOrderedDict\nh\u0001\u0085R0", 10_000)) + "N.";
        Assert.Contains("copies more than", Assert.Throws<InputException>(() => Read(pickle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_of_endless_steps_ends()
    {
        string long1 = new('N', 4_100_000);
        Assert.Contains("more than 4000000 steps", Assert.Throws<InputException>(() => Read(long1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_in_itself_and_a_deep_one_are_read()
    {
        var list = (List<object?>)Read("]q\0h\0a.")!;
        Assert.Same(list, list[0]);
        Assert.IsType<List<object?>>(Read($"{new string(']', 100_000)}{new string('a', 99_999)}."));
    }

    /// <summary>Reads a pickle that is written one letter a byte.</summary>
    private object? Read(string pickle)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.pkl");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(pickle));
        using MappedFile file = MappedFile.Open(path, "archive");
        return PickleReader.Read(new ByteCursor(file, 0, file.Length), file, new TorchObjects(file, (storage, _) => storage));
    }

    private static string Text(object? value) => value switch
    {
        object?[] tuple => $"({string.Join(", ", tuple.Select(Text))})",
        List<object?> list => $"[{string.Join(", ", list.Select(Text))}]",
        PickleDictionary dictionary => $"{{{string.Join(", ", dictionary.Items.Select(i => $"{Text(i.Key)}: {Text(i.Value)}"))}}}",
        byte[] bytes => $"bytes {Convert.ToHexStringLower(bytes)}",
        _ => $"{value}",
    };
}
