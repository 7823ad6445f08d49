using Mono.Cecil;
using ReMem.Cli.Commands;
using ReMem.Tests.Eng;

namespace ReMem.Cli.Tests;

/// <summary>The folders of the program do not use each other in a circle.</summary>
public sealed class FolderOrderTests
{
    [Fact]
    public void No_folders_use_each_other()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(Common).Assembly.Location);
        IReadOnlyList<FolderArrow> compiled = FolderArrows.Read(module, "ReMem.Cli");
        IReadOnlyList<FolderArrow> usings = FolderArrows.OfUsings(Path.Combine(Cli.Root, "src", "ReMem.Cli"), "ReMem.Cli");
        Assert.NotEmpty(compiled);
        Assert.NotEmpty(usings);
        string[] found = [.. FolderArrows.Cyclic(compiled).Concat(FolderArrows.Cyclic(usings)).Select(arrow => arrow.ToString())];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }
}
