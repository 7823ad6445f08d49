using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReMem.Cli.Tests;

/// <summary>
/// What a run and a sweep do when the exported file is not the student that was measured, and what a training does that diverges.
/// </summary>
public class FailedCheckTests
{
    /// <summary>As it was reported: exit 0, no warning, and a folder that 'evaluate' refused.</summary>
    private static readonly string[] Wild =
        ["training.optimizer=sgd", "training.lr=100", "training.clip_grad=0", "training.warmup_epochs=0", "training.batch_size=4"];

    /// <summary>The student's score is made another one, as if kernels that are wrong had measured it.</summary>
    [Theory]
    [InlineData("run")]
    [InlineData("sweep")]
    public void A_wrong_student_ends_it_with_1_and_one_sentence_until_the_check_passes(string command)
    {
        using var work = new Workspace();
        string recipe = work.At("recipe.yaml");
        File.WriteAllText(recipe, $$"""
            name: tiny
            threads: 1
            methods: [none]
            data: { source: '{{work.Photos(8, 8)}}', image_size: 32, crop_pct: 1 }
            student: { model: resnet20, training: { epochs: 1, batch_size: 8 } }
            """);
        string[] arguments = [command, recipe, "--out", work.At("out")];
        CliResult good = Cli.Run(arguments);
        Assert.True(good.ExitCode == 0, good.Error);
        Assert.Contains("- test, ONNX file: top-1 ", good.Out, StringComparison.Ordinal);
        Assert.Contains($"student: {work.At("out", "student", "model.onnx")}", good.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(work.At("out", "student", "model.onnx")));

        string result = Directory.GetFiles(work.At("out"), "result.json", SearchOption.AllDirectories).Single();
        string before = File.ReadAllText(result);
        JsonNode scores = JsonNode.Parse(before)!;
        scores["test"]!["top1"] = (scores["test"]!["top1"]!.GetValue<double>() + 0.5) % 1;
        File.WriteAllText(result, scores.ToJsonString());

        CliResult bad = Cli.Run([.. arguments, "--json"]);
        Assert.Equal(1, bad.ExitCode);
        string[] said = bad.Error[bad.Error.IndexOf("error: ", StringComparison.Ordinal)..].Split('\n',
            StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, said.Length);
        Assert.Contains("The ONNX file reaches ", said[0], StringComparison.Ordinal);
        Assert.Contains("on the same 24 images", said[0], StringComparison.Ordinal);
        Assert.Equal($"  in: {work.At("out", "student", "model.failed-check.onnx")}", said[1]);
        JsonElement onnx = JsonDocument.Parse(bad.Out).RootElement.GetProperty("onnx");
        Assert.Equal("student/model.failed-check.onnx", onnx.GetProperty("path").GetString());
        Assert.Contains("The ONNX file reaches", onnx.GetProperty("failure").GetString(), StringComparison.Ordinal);
        Assert.Equal(24, onnx.GetProperty("file_scores").GetProperty("images").GetInt32());
        Assert.False(File.Exists(work.At("out", "student", "model.onnx")));
        Assert.True(File.Exists(work.At("out", "student", "model.failed-check.onnx")));
        Assert.Contains("class=\"headline failed\"", File.ReadAllText(work.At("out", "report.html")), StringComparison.Ordinal);

        CliResult again = Cli.Run(arguments);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("FAILED CHECK, do not deploy", again.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("student: ", again.Out, StringComparison.Ordinal);

        File.WriteAllText(result, before);
        Assert.Equal(0, Cli.Run(arguments).ExitCode);
        Assert.True(File.Exists(work.At("out", "student", "model.onnx")));
        Assert.False(File.Exists(work.At("out", "student", "model.failed-check.onnx")));
    }

    /// <summary>Its loss stays a number while the running variances overflow.</summary>
    [Theory]
    [InlineData("distill", "--student", "resnet20")]
    [InlineData("finetune", "--model", "vit_pico_patch4_32")]
    public void A_training_that_diverges_ends_with_1_and_saves_no_model(string command, string option, string model)
    {
        using var work = new Workspace();
        CliResult result = Cli.Run([command, work.Photos(8, 4), option, model, "--image-size", "32", "--epochs", "30", "--out",
            work.At("model"), .. Wild]);
        Assert.True(result.ExitCode == 1, $"{result.ExitCode}: {result.Error}");
        Assert.Empty(result.Out);
        Assert.Matches("error: (The training diverged in epoch \\d+, by step|\\d+ steps in a row had a non-finite gradient, "
            + "up to step) \\d+: .*'.+'", result.Error);
        Assert.Contains("to fix it: Lower the learning rate", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(work.At("model", "model.safetensors")));
        Assert.False(File.Exists(work.At("model", "config.json")));
        Assert.False(File.Exists(work.At("model", "result.json")));
    }
}
