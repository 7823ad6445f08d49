using System.Text.Json;
using ReMem.Tests.Data;

namespace ReMem.Cli.Tests;

/// <summary>remem predict: what it takes, what it prints, and what a broken image costs.</summary>
public class PredictTests
{
    [Fact]
    public void A_broken_image_costs_no_other_its_answer()
    {
        using var work = new Workspace();
        string model = EvaluateTests.Model(work), good = CaseFiles.PathOf("predict", "good.jpg"), cut = CaseFiles.PathOf("predict",
            "cut.jpg");
        CliResult failed = Cli.Run("predict", "--model-dir", model, cut, good, "missing.jpg");
        Assert.Equal(2, failed.ExitCode);
        Assert.Contains($"{good}\n", failed.Out, StringComparison.Ordinal);
        Assert.Contains("2 of 3 images cannot be used", failed.Error, StringComparison.Ordinal);
        Assert.Contains("missing.jpg", failed.Error, StringComparison.Ordinal);
        Assert.Contains("--on-bad-image skip", failed.Error, StringComparison.Ordinal);

        // The remedy, followed.
        CliResult skipped = Cli.Run("predict", "--model-dir", model, cut, good, "--on-bad-image", "skip");
        Assert.True(skipped.ExitCode == 0, skipped.Error);
        Assert.Contains($"{good}\n", skipped.Out, StringComparison.Ordinal);
        Assert.Contains("cut.jpg", skipped.Error, StringComparison.Ordinal);
        Assert.Equal(2, Cli.Run("predict", "--model-dir", model, cut, "--on-bad-image", "skip").ExitCode);

        JsonElement json = JsonDocument.Parse(Cli.Run("predict", "--model-dir", model, cut, good, "--json").Out).RootElement;
        Assert.Equal((1, 1), (json.GetProperty("predictions").GetArrayLength(), json.GetProperty("failed").GetArrayLength()));
    }

    [Fact]
    public void Folders_patterns_and_lists_are_printed_in_every_form()
    {
        using var work = new Workspace();
        string model = EvaluateTests.Model(work);
        Directory.CreateDirectory(work.At("new", "deep"));
        foreach (string name in new[] { "new/a, b.jpg", "new/deep/c.jpg" })
            File.Copy(CaseFiles.PathOf("predict", "good.jpg"), work.At(name.Split('/')));

        string[] csv = Cli.Run("predict", "--model-dir", model, work.At("new"), "--format", "csv", "--top", "2").Out.Split('\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("file,answer,rank,label,probability,error", csv[0]);
        Assert.Equal(5, csv.Length);
        Assert.StartsWith($"\"{work.At("new", "a, b.jpg")}\",", csv[1], StringComparison.Ordinal);

        CliResult lines = Cli.Run("predict", "--model-dir", model, work.At("new", "*.jpg"), "--format", "jsonl", "--min-probability", "1");
        JsonElement line = JsonDocument.Parse(Assert.Single(lines.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal("unknown", line.GetProperty("answer").GetString());
        Assert.Equal(4, line.GetProperty("top").GetArrayLength());
        Assert.Contains("unknown", Cli.Run("predict", "--model-dir", model, work.At("new"), "--min-probability", "1").Out,
            StringComparison.Ordinal);

        CliResult listed = Cli.RunWithInput(work.At("new", "deep", "c.jpg") + "\n" + work.At("new", "a, b.jpg") + "\n", "predict", "-",
            "--model-dir", model, "--top", "1");
        Assert.True(listed.ExitCode == 0, listed.Error);
        Assert.True(listed.Out.IndexOf("c.jpg", StringComparison.Ordinal) < listed.Out.IndexOf("a, b.jpg", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_it_promises_no_continuation()
    {
        using var work = new Workspace();
        string model = EvaluateTests.Model(work);
        Directory.CreateDirectory(work.At("many"));
        for (int i = 0; i < 3000; i++)
            File.Copy(CaseFiles.PathOf("predict", "good.jpg"), work.At("many", $"{i}.jpg"));
        using var process = Cli.Start("predict", work.At("many"), "--model-dir", model, "--format", "jsonl");
        // It works once it has printed something.
        Assert.NotNull(process.StandardOutput.ReadLine());
        using (var kill = System.Diagnostics.Process.Start("kill",
            ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        CliResult cut = Cli.Finish(process);
        Assert.True(cut.ExitCode == 130, $"{cut.ExitCode}: {cut.Error}");
        Assert.Contains("interrupted", cut.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("same command continues", cut.Error, StringComparison.Ordinal);
    }
}
