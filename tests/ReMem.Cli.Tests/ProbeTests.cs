using System.Text.Json;

namespace ReMem.Cli.Tests;

/// <summary>remem probe in its forms, on one small teacher.</summary>
public class ProbeTests
{
    private static readonly string[] Meter = ["image_size=8", "epochs=0", "seeds=2"];

    [Fact]
    public void Outputs_pictures_and_blocks_of_a_teacher()
    {
        using var work = new Workspace();
        string photos = work.Photos(20, 6);
        CliResult finetune = Cli.Run("finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--rho",
            "0",
            "--out", work.At("a"), "training.batch_size=8", "data.crop_pct=1");
        Assert.True(finetune.ExitCode == 0, finetune.Error);
        Directory.CreateDirectory(work.At("b"));
        foreach (string file in new[] { "model.safetensors", "config.json", "labels.txt" })
            File.Copy(work.At("a", file), work.At("b", file));

        CliResult outputs = Cli.Run(["probe", photos, "--model-dir", work.At("a"), "--model-dir", work.At("b"), "--check", "gaussian",
            "--pictures", "2", "--out", work.At("probe"), .. Meter]);
        Assert.True(outputs.ExitCode == 0, outputs.Error);
        foreach (string part in new[] { "class_token", "pooled", "patch_tokens", "logits", "nats per pixel channel", "nats per image",
            "b logits against a logits", "inconclusive" })
            Assert.Contains(part, outputs.Out, StringComparison.Ordinal);
        Assert.Equal(2 * 5, File.ReadAllText(work.At("probe", "pictures.html")).Split("<img ").Length - 1);

        CliResult blocks = Cli.Run(["probe", photos, "--model-dir", work.At("a"), "--blocks", "--top", "2", "--max-images", "45", "--out",
            work.At("blocks"), "--json", "image_size=8", "seeds=2"]);
        Assert.True(blocks.ExitCode == 0, blocks.Error);
        JsonElement result = JsonDocument.Parse(blocks.Out).RootElement[0];
        Assert.Equal((45, 18, "head"),
            (result.GetProperty("train_images").GetInt32(), result.GetProperty("test_images").GetInt32(),
                result.GetProperty("accuracy_by").GetString()));
        Assert.Equal(result.GetProperty("finding").GetString(),
            JsonDocument.Parse(File.ReadAllText(work.At("blocks", "blocks.json"))).RootElement.GetProperty("finding").GetString());
        Assert.Contains("<svg", File.ReadAllText(work.At("blocks", "blocks.html")), StringComparison.Ordinal);

        // The same weights without their folder are a pretrained model with unknown classes.
        CliResult pretrained = Cli.Run(["probe", photos, "--model", "vit_pico_patch4_32", "--weights", work.At("a", "model.safetensors"),
            "--blocks", "--top", "1",
            "--out", work.At("pretrained"), "image_size=8", "seeds=2", "data.crop_pct=1"]);
        Assert.True(pretrained.ExitCode == 0, pretrained.Error);
        Assert.Contains("by a ridge classifier", pretrained.Out, StringComparison.Ordinal);
        Assert.Contains("The top MLP loses", pretrained.Out, StringComparison.Ordinal);

        Cli.Run("probe", photos, "--model-dir", work.At("a"), "--blocks", "--top", "7").IsBadInput("top 7 blocks", "has 6");
        Cli.Run("probe", photos, "--model-dir", work.At("a"), "--max-images", "20").IsBadInput("20 training and 18 test images",
            "needs 40 and 10");
        Cli.Run("probe", photos, "--model-dir", work.At("a"), "image_size=30").IsBadInput("image size is 30", "multiple of 4");
    }

    [Theory]
    [InlineData("probe photos", "Give --model-dir DIR, or --model NAME with --weights FILE")]
    [InlineData("probe photos --model-dir a --model resnet18", "give no --model")]
    [InlineData("probe photos --model-dir a --check infonec", "did you mean 'infonce'")]
    [InlineData("probe photos --model-dir a --blocks --pictures 2", "--blocks makes no pictures")]
    [InlineData("probe photos --model-dir a --top 2", "--top needs --blocks")]
    [InlineData("probe photos --model-dir a --max-images -1", "must not be below 0")]
    [InlineData("probe photos --model-dir a --model-dir ./a", "names a folder twice")]
    public void What_does_not_go_together_is_reported_in_one_sentence(string arguments, string part) =>
        Cli.Run(arguments.Split(' ')).IsBadInput(part);
}
