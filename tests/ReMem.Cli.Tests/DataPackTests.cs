using System.Text.Json;

namespace ReMem.Cli.Tests;

/// <summary>remem data pack, and what training says of images in two splits.</summary>
public class DataPackTests
{
    [Fact]
    public void A_packed_set_is_read_as_it_was()
    {
        using var work = new Workspace();
        string photos = work.Photos(4, 2);
        CliResult pack = Cli.Run("data", "pack", photos, work.At("packed"), "--image-size", "16", "--format", "png", "--json");
        Assert.True(pack.ExitCode == 0, pack.Error);
        JsonElement result = JsonDocument.Parse(pack.Out).RootElement;
        Assert.Equal((12, 6, 6, 3), (result.GetProperty("train").GetInt32(), result.GetProperty("validation").GetInt32(),
            result.GetProperty("test").GetInt32(), result.GetProperty("shards").GetInt32()));
        Assert.Contains("will take about", pack.Error, StringComparison.Ordinal);

        CliResult inspect = Cli.Run("data", "inspect", work.At("packed"), "--json");
        Assert.True(inspect.ExitCode == 0, inspect.Error);
        JsonElement train = JsonDocument.Parse(inspect.Out).RootElement.GetProperty("splits")[0];
        Assert.Equal((12, 19), (train.GetProperty("images").GetInt32(), train.GetProperty("shorter_side")[0].GetInt32()));

        Cli.Run("data", "pack", photos, work.At("packed")).IsBadInput("exists");
        Cli.Run("data", "pack", photos, work.At("other"), "--margin", "0.5").IsBadInput("Margin");
    }

    [Fact]
    public void A_copy_in_two_splits_stops_training_unless_told_to_continue()
    {
        using var work = new Workspace();
        string photos = work.Photos(4, 2);
        File.Copy(work.At("photos", "train", "red", "0.png"), work.At("photos", "test", "red", "copy.png"));
        string[] train = ["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--out",
            work.At("teacher"), "training.batch_size=4"];
        Cli.Run(train).IsBadInput("1 validation or test images are exact copies", "copy.png", "data.on_leakage=warn");
        Assert.False(Directory.Exists(work.At("teacher")));
        CliResult warned = Cli.Run([.. train, "data.on_leakage=warn"]);
        Assert.True(warned.ExitCode == 0, warned.Error);
        Assert.Contains("warning: 1 validation or test images are exact copies", warned.Error, StringComparison.Ordinal);
        Assert.Equal(0, Cli.Run("evaluate", photos, "--model-dir", work.At("teacher")).ExitCode);
    }
}
