using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Tests.Recipes.Stages;

public sealed class StageChecksTests
{
    private const string Models =
        "name: x\ndata:\n  source: photos\n  image_size: 32\nteacher:\n  model: vit_pico_patch4_32\nstudent:\n  model: resnet20\n";

    [Theory]
    [InlineData("teacher.training.freeze=7", "Of 'vit_pico_patch4_32' 7 blocks are to be frozen, but it has 6.")]
    [InlineData("teacher.training.progressive=from(16)", "'vit_pico_patch4_32' is made for one image size, 32 px")]
    [InlineData("student.training.freeze=layer4", "Unknown part of 'resnet20' 'layer4'; did you mean 'layer")]
    [InlineData("student.training.progressive=from(32)",
        "'from(32)' starts at 32 px; 'resnet20' on views of 32 px can start at 8 to 31 px.")]
    [InlineData("student.distillation.objective='kl + attention'",
        "The objective compares the attention of two vision transformers, and 'resnet20' has none.")]
    public void What_does_not_fit_a_model_is_told_before_any_work(string setting, string message)
    {
        InputException error =
            Assert.Throws<InputException>(() => StageChecks.RequireTrainable(RecipeReader.Parse(Models, "r.yaml", [setting])));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teacher.training.freeze=6", "student.training.progressive=from(16)")]
    [InlineData("teacher.training.freeze=7", "methods=[none]")]
    public void What_fits_or_is_not_used_is_not(params string[] settings) =>
        StageChecks.RequireTrainable(RecipeReader.Parse(Models, "r.yaml", settings));
}
