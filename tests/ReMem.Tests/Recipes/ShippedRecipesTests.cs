using ReMem.Models;
using ReMem.Recipes;

namespace ReMem.Tests.Recipes;

/// <summary>Every recipe of the folder recipes/ is read, fits its models, and opens with what a person wants to know.</summary>
public class ShippedRecipesTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Repository.Root, "recipes");

    [Theory]
    [MemberData(nameof(Files))]
    public void Is_valid_and_its_models_exist(string file)
    {
        Recipe recipe = RecipeReader.Read(Path.Combine(Folder, file));
        TransformerShape? shape = ModelCatalogue.ShapeOf(recipe.Teacher.Model);
        bool taught = recipe.Methods.Any(m => m != "none");
        if (taught)
        {
            Assert.NotNull(shape);
            Assert.NotNull(recipe.Teacher.Weights);
            Assert.Equal(0, recipe.Data.ImageSize % shape.PatchSize);
        }

        using ImageModel student = ModelCatalogue.Create(recipe.Student.Model,
            new ModelOptions { ImageSize = recipe.Data.ImageSize, NumClasses = 3 });
        Assert.True(student.ImageSize == recipe.Data.ImageSize);
        Assert.True(recipe.Smoked().Teacher.Training.Epochs == 1);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Opens_with_what_it_shows_and_its_command(string file)
    {
        string[] head = [.. File.ReadLines(Path.Combine(Folder, file)).TakeWhile(l => l.StartsWith('#'))];
        Assert.True(head.Length >= 4, file);
        foreach (string word in new[] { "Command:", "Score:", "Time:" })
            Assert.True(head.Any(l => l.Contains(word, StringComparison.Ordinal)), $"{file} does not say its {word}");
        Assert.Contains(head,
            l => l.Contains($"recipes/{file}", StringComparison.Ordinal) || l.Contains("remem demo", StringComparison.Ordinal));
    }
}
