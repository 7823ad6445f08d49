using ReMem.Models;
using ReMem.Recipes;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class PretrainedWeightsTests
{
    [Fact]
    public void Every_student_but_those_for_32_pixels_has_weights_on_the_hub()
    {
        string[] without =
            [.. ModelCatalogue.All.Select(m => m.Name).Where(n => ModelCatalogue.ShapeOf(n) is null && PretrainedWeights.Find(n) is null)];
        Assert.Equal(["resnet110", "resnet20", "resnet32", "resnet44", "resnet56"], without.Order(StringComparer.Ordinal));
        Assert.Equal("hf-hub:timm/mobilenetv3_small_100.lamb_in1k", PretrainedWeights.Find("mobilenetv3_small_100"));
    }

    [Fact]
    public void Auto_in_a_recipe_is_their_source()
    {
        Recipe recipe = Parse("student.weights=auto", "student.model=resnet18", "teacher.weights=auto");
        Assert.Equal("hf-hub:timm/resnet18.a1_in1k", recipe.Student.Weights);
        Assert.Equal("hf-hub:timm/deit_tiny_patch16_224.fb_in1k", recipe.Teacher.Weights);
        Assert.Equal(recipe.Student.Weights, RecipeReader.Parse(RecipeReader.Write(recipe), "r.yaml").Student.Weights);
        InputException error = Assert.Throws<InputException>(() => Parse("student.weights=auto", "student.model=resnet20"));
        Assert.Equal("No default weights are known for 'resnet20'.", error.Message);
        Assert.Contains("student.weights", error.Where, StringComparison.Ordinal);
    }

    private static Recipe Parse(params string[] changes) => RecipeReader.Parse("name: x", "r.yaml", ["data.source=x", .. changes]);
}
