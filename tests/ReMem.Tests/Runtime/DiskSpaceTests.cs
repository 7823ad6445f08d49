using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class DiskSpaceTests
{
    [Fact]
    public void What_does_not_fit_is_refused_with_both_sizes_be_the_folder_there_or_not()
    {
        using var folder = new TemporaryFolder();
        string later = folder.File(Path.Combine("not", "yet"));
        DiskSpace.Require(later, 1, "The teacher cache", "Free some space.");
        InputException error =
            Assert.Throws<InputException>(() => DiskSpace.Require(later, long.MaxValue, "The teacher cache", "Free some space."));
        Assert.Matches(@"^The teacher cache needs [\d.]+ TB of disk, and [\d.]+ [kMGT]?B are free.$", error.Message);
        Assert.Equal((later, "Free some space."), (error.Where, error.Remedy));
        Assert.False(Directory.Exists(folder.File("not")));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_960, "1.0 MB")]
    [InlineData(1_710_000_000, "1.7 GB")]
    public void Sizes_are_readable(long bytes, string text) => Assert.Equal(text, DiskSpace.Text(bytes));

    [Theory]
    [InlineData("1000", 1000)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("1.5 gb", 1_500_000_000)]
    [InlineData(" 2 kB ", 2000)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, DiskSpace.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-5GB")]
    [InlineData("5 apples")]
    [InlineData("99999999999 TB")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Contains("is not a size", Assert.Throws<InputException>(() => DiskSpace.Parse(text)).Message);
}
