using ReMem.Data.Layouts;

namespace ReMem.Tests.Data.Layouts;

public sealed class TableMemoryTests
{
    [Fact]
    public void Rows_are_counted_against_the_limit()
    {
        var memory = new TableMemory("t.csv", limit: 10_000);
        int rows = 0;
        InputException error = Assert.Throws<InputException>(() =>
        {
            for (; rows < 1000; rows++)
                memory.Add(["a.png", "cat"]);
        });
        Assert.InRange(rows, 10, 100);
        Assert.Contains($"more rows than memory can hold: its first {rows + 1} would take 10.", error.Message);
        Assert.Equal("t.csv", error.Where);
    }

    [Fact]
    public void Long_text_and_many_columns_count()
    {
        Assert.Throws<InputException>(() => new TableMemory("t.csv", limit: 10_000).Add([new string('x', 6000)]));
        Assert.Throws<InputException>(() => new TableMemory("t.csv", limit: 10_000).Add(new string?[500]));
        new TableMemory("t.csv").Add([new string('x', 6000)]);
    }

    /// <summary>What is counted is not less than what is taken, short rows included.</summary>
    [Theory]
    [InlineData("a,b")]
    [InlineData("images/000000.jpg,a class")]
    public void The_count_covers_what_is_taken(string row)
    {
        using var folder = new TemporaryFolder();
        const int Rows = 200_000;
        folder.Add("t.csv", System.Text.Encoding.UTF8.GetBytes("path,label\n" + string.Concat(Enumerable.Repeat(row + "\n", Rows))));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ManifestTable table = ManifestTable.Read(folder.File("t.csv"));
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(Rows, table.Rows.Count);
        var memory = new TableMemory("t.csv", limit: taken);
        Assert.Throws<InputException>(() =>
        {
            foreach (ManifestTable.Line line in table.Rows)
                memory.Add(line.Cells);
        });
    }
}
