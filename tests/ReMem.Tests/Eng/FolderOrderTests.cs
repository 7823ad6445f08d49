using Mono.Cecil;
using ReMem.Models;
using ReMem.Tests.Eng.Folders.Low;

namespace ReMem.Tests.Eng;

/// <summary>Data flows one way: a folder of the library uses only those before it, and no folders use each other in a circle.</summary>
public sealed class FolderOrderTests
{
    private const string Examples = "ReMem.Tests.Eng.Folders";

    /// <summary>CONTRIBUTING.md has the same list.</summary>
    private static readonly string[] Order =
    [
        "Runtime", "Data", "Models", "Weights", "Training", "Evaluation", "Teachers", "Information", "Distillation", "Export",
        "Reports", "Recipes", "Projects",
    ];


    [Fact]
    public void No_folder_uses_one_that_comes_after_it() => AssertNone(FolderArrows.Against(Library(), Order));

    [Fact]
    public void No_folders_use_each_other() => AssertNone(FolderArrows.Cyclic(Library()));

    [Fact]
    public void No_using_line_runs_against_the_order_either()
    {
        // Constants leave no trace in compiled code.
        IReadOnlyList<FolderArrow> arrows = FolderArrows.OfUsings(Path.Combine(Repository.Root, "src", "ReMem"), "ReMem");
        Assert.True(arrows.Count > 50);
        AssertNone(FolderArrows.Against(arrows, Order).Concat(FolderArrows.Cyclic(arrows)));
    }

    [Fact]
    public void The_order_is_the_one_that_contributors_read()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(string.Join(", ", Order), string.Join(' ', words), StringComparison.Ordinal);
        Assert.Equal(Order.Order(), Directory.GetDirectories(Path.Combine(Repository.Root, "src", "ReMem"))
            .Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj")).Order());
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    public void The_namespace_of_a_file_is_its_folder(string part)
    {
        string root = Path.Combine(Repository.Root, part);
        string[] wrong = [.. FolderArrows.Sources(root)
            .Select(file => (File: file, Folder: Path.GetRelativePath(root, Path.GetDirectoryName(file)!)))
            .Select(f => (f.File, Expected: f.Folder.Replace(Path.DirectorySeparatorChar, '.')))
            .Where(f => FolderArrows.NamespaceOf(f.File) is { } found && found != f.Expected)
            .Select(f => $"{f.File}: the namespace should be {f.Expected}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("(base)")]
    [InlineData("InField")]
    [InlineData(nameof(Violations.InAttribute))]
    [InlineData(nameof(Violations.InParameter))]
    [InlineData(nameof(Violations.InResult))]
    [InlineData(nameof(Violations.InCall))]
    [InlineData(nameof(Violations.InFieldAccess))]
    [InlineData(nameof(Violations.InTypeOf))]
    [InlineData(nameof(Violations.InGenericArgument))]
    [InlineData(nameof(Violations.InConstraint))]
    [InlineData(nameof(Violations.InIterator))]
    [InlineData(nameof(Violations.InLambda))]
    [InlineData(nameof(Violations.InCatch))]
    public void A_violation_is_seen_and_named(string member) =>
        Assert.Contains(FolderArrows.Against(Own(), ["Low", "High"]), arrow =>
            arrow.ToString().StartsWith("Low -> High: Violations.", StringComparison.Ordinal)
            && arrow.User.Contains(member, StringComparison.Ordinal));

    [Fact]
    public void What_keeps_to_the_order_is_no_violation()
    {
        IReadOnlyList<FolderArrow> arrows = Own();
        Assert.Contains(arrows, a => a is { From: "High", To: "Low", Used: nameof(Harmless) });
        Assert.All(
            FolderArrows.Against(arrows, ["Low", "High"]), a => Assert.StartsWith("Violations.", a.User, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_the_order_lacks_is_a_violation()
    {
        Assert.NotEmpty(FolderArrows.Against([new("New", "Low", "A.B", "C")], ["Low"]));
        Assert.NotEmpty(FolderArrows.Against([new("Low", "New", "A.B", "C")], ["Low"]));
        Assert.NotEmpty(FolderArrows.Against([new("", "Low", "A.B", "C")], ["Low"]));
        Assert.Empty(FolderArrows.Against([new("Low", "", "A.B", "C")], ["Low"]));
    }

    [Fact]
    public void Cycles_are_seen_and_what_only_leads_to_them_is_not()
    {
        FolderArrow a = new("A", "B", "x", "y"), b = new("B", "B.C", "x", "y"), c = new("B.C", "A", "x", "y");
        FolderArrow before = new("Z", "A", "x", "y"), after = new("B", "D", "x", "y");
        Assert.Equal([a, b, c], FolderArrows.Cyclic([a, b, c, before, after]));
        Assert.Empty(FolderArrows.Cyclic([a, b, before, after]));
        Assert.NotEmpty(FolderArrows.Cyclic(Own()));
    }

    private static IReadOnlyList<FolderArrow> Library() => Read(typeof(ImageModel), "ReMem");

    private static IReadOnlyList<FolderArrow> Own() => Read(typeof(FolderOrderTests), Examples);

    private static IReadOnlyList<FolderArrow> Read(Type type, string root)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(type.Assembly.Location);
        IReadOnlyList<FolderArrow> arrows = FolderArrows.Read(module, root);
        Assert.NotEmpty(arrows);
        return arrows;
    }

    private static void AssertNone(IEnumerable<FolderArrow> arrows)
    {
        string[] found = [.. arrows.Select(arrow => arrow.ToString()).Order(StringComparer.Ordinal)];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }
}
