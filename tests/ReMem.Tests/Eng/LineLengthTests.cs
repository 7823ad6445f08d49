namespace ReMem.Tests.Eng;

/// <summary>No line of code is longer than 140 characters, so that two files fit side by side.</summary>
public sealed class LineLengthTests
{
    private const int Max = 140;

    [Fact]
    public void No_line_of_code_is_longer_than_140_characters()
    {
        string[] folders = [.. new[] { "src", "tests", "bench", "eng" }.Select(name => Path.Combine(Repository.Root, name))];
        string[] files = [.. folders.SelectMany(f => Directory.EnumerateFiles(f, "*.cs", SearchOption.AllDirectories)).Where(IsSource)];
        Assert.True(files.Length > 500, $"only {files.Length} files were found");
        Assert.Empty(files.SelectMany(file => Long(File.ReadAllLines(file)).Select(line => $"{file}:{line}")));
    }

    [Fact]
    public void A_longer_line_is_named_by_its_number() =>
        Assert.Equal([2, 4], Long([new string('a', Max), new string('b', Max + 1), string.Empty, new string('c', 1000)]));

    private static IEnumerable<int> Long(string[] lines) => lines.Index().Where(l => l.Item.Length > Max).Select(l => l.Index + 1);

    private static bool IsSource(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
