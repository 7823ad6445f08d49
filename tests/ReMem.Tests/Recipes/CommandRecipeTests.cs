using ReMem.Recipes;

namespace ReMem.Tests.Recipes;

public sealed class CommandRecipeTests
{
    [Fact]
    public void Options_become_a_recipe_and_later_pairs_win()
    {
        Recipe recipe = CommandRecipe.Assemble(
            "finetune", "it's #1: [photos]", "skip", 96,
            [
                "teacher.model=vit_pico_patch4_32", "teacher.training.epochs=3",
                .. CommandRecipe.Prefixed("teacher",
                    ["training.epochs=5", "data.max_train=7", "student.model=resnet20", "information.seeds=4", "threads=2"]),
            ],
            0.9);
        Assert.Equal(("it's #1: [photos]", 96, 0.9, 7),
            (recipe.Data.Source, recipe.Data.ImageSize, recipe.Data.CropPct, recipe.Data.MaxTrain));
        Assert.Equal((5, "resnet20", 4, 2),
            (recipe.Teacher.Training.Epochs, recipe.Student.Model, recipe.Information.Seeds, recipe.Threads));
    }

    [Fact]
    public void A_wrong_pair_is_refused_as_in_any_recipe()
    {
        InputException error = Assert.Throws<InputException>(() =>
            CommandRecipe.Assemble("finetune", "photos", "fail", 32, CommandRecipe.Prefixed("teacher", ["training.epohs=3"])));
        Assert.Contains("did you mean 'teacher.training.epochs'", error.Message, StringComparison.Ordinal);
        Assert.Contains("on_bad_image",
            Assert.Throws<InputException>(() => CommandRecipe.Assemble("x", "photos", "ignore", 32, [])).Message, StringComparison.Ordinal);
    }
}
