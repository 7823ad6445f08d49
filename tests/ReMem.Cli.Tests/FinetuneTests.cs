namespace ReMem.Cli.Tests;

public class FinetuneTests
{
    [Fact]
    public void The_radius_that_is_recorded_is_the_one_that_was_trained_with()
    {
        using var work = new Workspace();
        string photos = work.Photos(8, 4);
        (string Recipe, byte[] Model) Train(string name, params string[] more)
        {
            CliResult result = Cli.Run(
                ["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--out", work.At(name),
                    "training.batch_size=8", .. more]);
            Assert.True(result.ExitCode == 0, result.Error);
            return (File.ReadAllText(work.At(name, "recipe.yaml")), File.ReadAllBytes(work.At(name, "model.safetensors")));
        }

        (string Recipe, byte[] Model) option = Train("option", "--rho", "0.2"), pair = Train("pair", "rho=0.2"), plain = Train("plain",
            "--rho", "0");
        Assert.Contains("# rho 0.2\n", option.Recipe, StringComparison.Ordinal);
        Assert.Contains("\n  rho: 0.2\n", option.Recipe, StringComparison.Ordinal);
        Assert.Equal(option.Recipe, pair.Recipe);
        Assert.Equal(option.Model, pair.Model);
        Assert.Contains("\n  rho: 0\n", plain.Recipe, StringComparison.Ordinal);
        Assert.NotEqual(option.Model, plain.Model);

        // What was recorded can be read as a recipe, and names the one method that was used.
        Assert.Contains("methods: ['reweighted']", plain.Recipe, StringComparison.Ordinal);
        Assert.Contains("methods: ['both']", option.Recipe, StringComparison.Ordinal);
        Cli.Run("finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--out", work.At("wrong"), "rho=11")
            .IsBadInput("'teacher.rho' is '11'; it must be between 0 and 10.");
    }
}
