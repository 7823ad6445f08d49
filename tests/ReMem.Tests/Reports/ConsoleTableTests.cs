using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class ConsoleTableTests
{
    [Fact]
    public void Columns_align_and_every_method_has_a_line()
    {
        string[] lines = ConsoleTable.Render(SampleReport.Create()).Split('\n');
        int header = Array.FindIndex(lines, line => line.StartsWith("method ", StringComparison.Ordinal));
        string[] table = lines[header..(header + 7)];
        Assert.All(table, line => Assert.Equal(table[1].Length, line.Length));
        Assert.Equal(["none", "standard", "sam", "reweighted", "both"], table[2..].Select(line => line.Split(' ')[0]));
        Assert.Contains("60.5 ± 1.2", table[3], StringComparison.Ordinal);
        Assert.Contains("0.0858 ± 0.0010", table[3], StringComparison.Ordinal);
        Assert.True(table[1].Length <= 140);
    }

    [Fact]
    public void What_a_method_has_not_is_a_dash()
    {
        string none = ConsoleTable.Render(SampleReport.Create()).Split('\n')
            .Single(line => line.StartsWith("none ", StringComparison.Ordinal));
        Assert.Equal(3, none.Split(' ').Count(cell => cell == "-"));
    }

    [Fact]
    public void One_seed_prints_no_interval_and_says_so()
    {
        string text = ConsoleTable.Render(SampleReport.Create(seeds: 1));
        Assert.DoesNotContain("±", text, StringComparison.Ordinal);
        Assert.Contains("One seed: no interval can be given", text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_with_the_headline()
    {
        string[] lines = ConsoleTable.Render(SampleReport.Create()).TrimEnd('\n').Split('\n');
        Assert.StartsWith("Against the standard teacher's student", lines[^1], StringComparison.Ordinal);
    }
}
