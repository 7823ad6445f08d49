using ReMem.Fuzz;

namespace ReMem.Tests.Fuzz;

/// <summary>A short run of every reader; docs/results/fuzzing.md has the long ones.</summary>
public class HarnessTests
{
    private const int Runs = 60;

    public static TheoryData<string> Names => [.. Harness.Readers];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reader_reads_or_refuses_damaged_files(string reader)
    {
        int runs = reader == "model-folder" ? 3 : Readers.Find(reader).IsDear ? Runs / 3 : Runs;
        FuzzResult result = Harness.Run(reader, runs, seed: 1);
        Assert.True(result.Faults.Count == 0, string.Join('\n', result.Faults));
    }

    [Theory]
    [InlineData("broken-exception", "exception", 2)]
    [InlineData("broken-death", "death", 2)]
    [InlineData("broken-memory", "memory", 2)]
    public void A_fault_of_a_reader_is_seen_at_every_input(string reader, string kind, int runs)
    {
        FuzzResult result = Harness.Run(reader, runs, seed: 1);
        Assert.Equal(Enumerable.Range(0, runs), result.Faults.Select(f => f.Number));
        Assert.All(result.Faults, fault => Assert.Equal(kind, fault.Kind));
    }

    [Fact]
    public void An_input_is_a_function_of_seed_and_number()
    {
        byte[][] seeds = ["a valid file, of some length"u8.ToArray()];
        Assert.Equal(new Mutator(seeds, 3).Input(17), new Mutator(seeds, 3).Input(17));
        Assert.NotEqual(new Mutator(seeds, 3).Input(17), new Mutator(seeds, 4).Input(17));
        Assert.Equal(seeds[0], new Mutator(seeds, 3).Input(0));
    }
}
