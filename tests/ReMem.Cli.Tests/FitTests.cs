namespace ReMem.Cli.Tests;

public class FitTests
{
    [Fact]
    public void What_cannot_be_fitted_is_said_in_a_sentence_and_leaves_nothing()
    {
        using var work = new Workspace();
        string photos = work.Photos(3, 2), to = work.At("fit");
        Cli.Run("fit", photos, "--time", "soon", "--out", to).IsBadInput("'soon' is no time", "Write 45m");
        Cli.Run("fit", photos, "--metric", "topp1", "--out", to).IsBadInput("did you mean 'top1'");
        Cli.Run("fit", photos, "--student-weights", "nowhere.safetensors", "--out", to).IsBadInput("nowhere.safetensors");
        Cli.Run("fit", photos, "--student", "resnet20", "--student-weights", "auto", "--out", to)
            .IsBadInput("No default weights are known for 'resnet20'");
        Cli.Run("fit", photos, "--out", to).IsBadInput("a comparison needs");
        Assert.False(Directory.Exists(to));
    }
}
