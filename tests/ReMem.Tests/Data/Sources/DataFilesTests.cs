using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class DataFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("s-{000..002}.tar", "s-000.tar s-001.tar s-002.tar")]
    [InlineData("{s,t}-00{0..1}.tar", "s-000.tar s-001.tar t-000.tar t-001.tar")]
    [InlineData("s-*.tar", "s-000.tar s-001.tar s-002.tar")]
    [InlineData("s-00?.tar", "s-000.tar s-001.tar s-002.tar")]
    [InlineData("**/*.tar", "deep/er/u.tar s-000.tar s-001.tar s-002.tar t-000.tar t-001.tar")]
    [InlineData("t-000.tar", "t-000.tar")]
    public void Patterns_are_expanded(string pattern, string expected)
    {
        foreach (string name in new[] { "s-000.tar", "s-001.tar", "s-002.tar", "t-000.tar", "t-001.tar", "deep/er/u.tar" })
            _folder.Add(name, [1]);
        string[] found = DataFiles.Find(_folder.File(pattern), "WebDataset", ".tar");
        Assert.Equal(expected, string.Join(' ', found.Select(f => Path.GetRelativePath(_folder.Path, f).Replace('\\', '/'))));
    }

    [Theory]
    [InlineData("s-{000..009}.tar", "s-001.tar' does not exist")]
    [InlineData("x-*.tar", "No file matches")]
    [InlineData("no/x-*.tar", "does not exist")]
    [InlineData("s-{9..1}.tar", "is not a rising range")]
    [InlineData("*", "is not a WebDataset file")]
    public void What_is_missing_is_named(string pattern, string message)
    {
        _folder.Add("s-000.tar", [1]);
        _folder.Add("s-000.txt", [1]);
        Assert.Contains(message, Assert.Throws<InputException>(() => DataFiles.Find(_folder.File(pattern), "WebDataset", ".tar")).Message);
    }

    [Theory]
    [InlineData("train-00000-of-00002", "train")]
    [InlineData("my_validation.v2", "val")]
    [InlineData("strain", null)]
    [InlineData("latest", null)]
    [InlineData("Dev", "val")]
    public void Names_say_the_split(string name, string? split) => Assert.Equal(split, DataFiles.Split("", name + ".tar"));
}
