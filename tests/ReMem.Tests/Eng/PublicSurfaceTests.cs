namespace ReMem.Tests.Eng;

/// <summary>What programs may build on stays small enough to be promised.</summary>
public sealed class PublicSurfaceTests
{
    private const int MaxLines = 1000;

    /// <summary>Folders whose types serve the program alone: users meet them as recipes, reports and commands.</summary>
    private static readonly string[] Internal = ["Recipes", "Reports", "Information"];

    [Fact]
    public void The_declared_surface_has_fewer_than_1000_lines()
    {
        int lines = Lines().Count();
        Assert.True(lines is > 100 and < MaxLines, $"PublicAPI has {lines} lines. Make what users need not name internal.");
    }

    [Fact]
    public void No_type_of_a_folder_that_serves_the_program_alone_is_public() =>
        Assert.DoesNotContain(Lines(), line => Internal.Any(folder => line.Contains($"ReMem.{folder}.", StringComparison.Ordinal)));

    private static IEnumerable<string> Lines()
    {
        string folder = Path.Combine(Repository.Root, "src", "ReMem");
        return Directory.EnumerateFiles(folder, "PublicAPI.*.txt").SelectMany(File.ReadLines)
            .Where(line => line.Length > 0 && line[0] != '#');
    }
}
