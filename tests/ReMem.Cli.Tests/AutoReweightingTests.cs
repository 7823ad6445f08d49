using System.Text.Json;

namespace ReMem.Cli.Tests;

public class AutoReweightingTests
{
    [Fact]
    public void Auto_measures_a_few_policies_says_why_and_goes_on_where_it_was_cut()
    {
        using var work = new Workspace();
        string[] finetune = ["finetune", work.Photos(16, 12), "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1",
            "--rho", "0", "--reweighting", "auto",
            "--out", work.At("teacher"), "--json", "training.batch_size=16", "data.crop_pct=1", "information.image_size=16",
            "information.epochs=0"];
        CliResult whole = Cli.Run(finetune);
        Assert.True(whole.ExitCode == 0, whole.Error);
        JsonElement choice = JsonDocument.Parse(whole.Out).RootElement.GetProperty("reweighting");
        string?[] tried = [.. choice.GetProperty("trials").EnumerateArray().Select(t => t.GetProperty("policy").GetString())];
        Assert.Equal(["none", "top(2,0.5)", "top(2,0)", "ramp(0.5)", "balanced(0.5)"], tried);
        Assert.Contains(choice.GetProperty("policy").GetString(), tried);
        Assert.Contains(" was chosen: ", choice.GetProperty("reason").GetString()!, StringComparison.Ordinal);
        Assert.Contains(choice.GetProperty("reason").GetString()!, whole.Error, StringComparison.Ordinal);

        // The teacher is lost and the trials are not: the choice is made again from what was measured.
        File.Delete(work.At("teacher", "result.json"));
        File.Delete(work.At("teacher", "auto", "ramp-0.5", "result.json"));
        CliResult again = Cli.Run(finetune);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains("auto/ramp-0.5: epoch 1/1", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("auto/top-2-0: epoch 1/1", again.Error, StringComparison.Ordinal);
        JsonElement second = JsonDocument.Parse(again.Out).RootElement;
        Assert.Equal(choice.GetProperty("reason").GetString(), second.GetProperty("reweighting").GetProperty("reason").GetString());
        Assert.Equal(JsonDocument.Parse(whole.Out).RootElement.GetProperty("test").GetRawText(), second.GetProperty("test").GetRawText());
    }

    [Fact]
    public void A_student_as_teacher_has_nothing_to_reweight()
    {
        using var work = new Workspace();
        Cli.Run("finetune", work.Photos(), "--model", "resnet20", "--image-size", "32", "--epochs", "1", "--reweighting", "auto", "--out",
            work.At("teacher"), "training.batch_size=8")
            .IsBadInput("no MLP blocks to reweight");
    }
}
