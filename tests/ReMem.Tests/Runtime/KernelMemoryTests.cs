using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

/// <summary>What a check found is read back as it was written, and nothing else is taken for it.</summary>
public sealed class KernelMemoryTests : IDisposable
{
    private const string Key = "a processor\n2 cores\nlibtorch 2.10.0";

    private static readonly KernelOutcome[] Outcomes =
    [
        new("products", "as products", KernelStatus.Right, 2.4e-6, "a case", double.NaN, null, 0, 295, 3.25, null) { Speed = 1.37 },
        new("default", "as it is", KernelStatus.Wrong, double.PositiveInfinity, "1x1, 8 to 40", 0.1 + 0.2, "the same", 69, 295, 7, null),
        new("avx2", "fewer instructions", KernelStatus.Died, double.NaN, null, double.NaN, null, 0, 0, 0.5, "exit 136"),
        new("avx", "fewer", KernelStatus.TooSlow, 0, null, 0, null, 0, 4, 10, "no answer in 10 s"),
        new("off", "none", KernelStatus.Passed, double.NaN, null, double.NaN, null, 0, 0, 0, "not faster"),
    ];

    private readonly TemporaryFolder _folder = new();

    private string File => Assert.Single(Directory.GetFiles(_folder.Path, "*.txt"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read()
    {
        Assert.Empty(Memory().Read());
        Assert.True(Memory().TryWrite(Outcomes));
        Assert.Equal(Outcomes, Memory().Read());
        Assert.True(Memory().TryWrite([Outcomes[1]]));
        Assert.Equal([Outcomes[1]], Memory().Read());
    }

    [Fact]
    public void An_outcome_that_says_nothing_is_not_stored_and_breaks_in_texts_are_spaces()
    {
        Memory().TryWrite([Outcomes[0] with { Status = KernelStatus.NotChecked }, Outcomes[2] with { Detail = "a\tb\r\nc" }]);
        Assert.Equal([Outcomes[2] with { Detail = "a b  c" }], Memory().Read());
    }

    [Fact]
    public void Another_key_in_the_same_file_is_not_taken_for_this_one()
    {
        Memory().TryWrite(Outcomes);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace("2 cores", "4 cores", StringComparison.Ordinal));
        Assert.Empty(Memory().Read());
    }

    [Theory]
    [InlineData("2.4E-06", "2.4E-")]
    [InlineData("Right", "Left")]
    [InlineData("\t295\t", "\t99999999999\t")]
    [InlineData("avx2", "avx2\t")]
    [InlineData("2 cores", "2\r\ncores")]
    [InlineData("\n", "\r\n")]
    public void A_damaged_file_says_nothing(string from, string to)
    {
        Memory().TryWrite(Outcomes);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace(from, to, StringComparison.Ordinal));
        Assert.Empty(Memory().Read());
    }

    [Fact]
    public void A_file_that_was_cut_off_says_nothing()
    {
        Memory().TryWrite(Outcomes);
        string path = File, text = System.IO.File.ReadAllText(path);
        for (int length = 0; length < text.Length; length++)
        {
            System.IO.File.WriteAllText(path, text[..length]);
            // Cut off behind a whole line, it holds fewer outcomes, each of them whole.
            Assert.All(Memory().Read(), o => Assert.Contains(o, Outcomes));
        }
    }

    private KernelMemory Memory() => new(Key, _folder.Path);
}
