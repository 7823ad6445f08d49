using ReMem.Recipes.Init;

namespace ReMem.Tests.Recipes.Init;

public sealed class RecipeInitTests
{
    [Fact]
    public void Only_a_free_file_is_written_unless_it_is_forced()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("recipe.yaml");
        RecipeInit.RequireFree(file, force: false);
        File.WriteAllText(file, "name: x");
        InputException exists = Assert.Throws<InputException>(() => RecipeInit.RequireFree(file, force: false));
        Assert.Contains("--force", exists.Remedy!, StringComparison.Ordinal);
        RecipeInit.RequireFree(file, force: true);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => RecipeInit.RequireFree(folder.Path, force: true)).Message,
            StringComparison.Ordinal);
    }
}
