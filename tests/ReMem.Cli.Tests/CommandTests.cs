using System.Text.Json;

namespace ReMem.Cli.Tests;

/// <summary>The commands one after the other, as a user runs them.</summary>
public class CommandTests
{
    private static readonly string[] Quick = ["training.batch_size=8", "data.crop_pct=1"];

    [Fact]
    public void From_photos_to_an_ONNX_file()
    {
        using var work = new Workspace();
        string photos = work.Photos();
        CliResult finetune =
            Cli.Run(["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "2", "--rho", "0.05",
            "--reweighting", "top(2,0.5)", "--out", work.At("teacher"), "--json", .. Quick]);
        Assert.True(finetune.ExitCode == 0, finetune.Error);
        Assert.InRange(JsonDocument.Parse(finetune.Out).RootElement.GetProperty("test").GetProperty("top1").GetDouble(), 0, 1);
        foreach (string file in new[] { "model.safetensors", "config.json", "labels.txt", "result.json", "metrics.jsonl", "recipe.yaml" })
            Assert.True(File.Exists(work.At("teacher", file)), file);
        Assert.Equal(["blue", "green", "red"], File.ReadAllLines(work.At("teacher", "labels.txt")));
        Assert.False(File.Exists(work.At("teacher", "checkpoint.safetensors")));

        CliResult probe = Cli.Run("probe", photos, "--model-dir", work.At("teacher"), "information.epochs=0", "information.image_size=16");
        Assert.True(probe.ExitCode == 0, probe.Error);
        Assert.Contains("nats per pixel channel", probe.Out, StringComparison.Ordinal);

        CliResult distill = Cli.Run(["distill", photos, "--teacher-dir", work.At("teacher"), "--student", "resnet20", "--image-size", "24",
            "--epochs", "6", "--weight", "0.5",
            "--out", work.At("student"), "training.lr=0.005", .. Quick]);
        Assert.True(distill.ExitCode == 0, distill.Error);
        Assert.Equal(("[3,32,32]", "[3,24,24]"), (InputSize(work.At("teacher")), InputSize(work.At("student"))));

        CliResult convert = Cli.Run("convert", work.At("teacher"), work.At("half.safetensors"), "--model", "vit_pico_patch4_32", "--half",
            "--json");
        Assert.True(convert.ExitCode == 0, convert.Error);
        JsonElement inspected = JsonDocument.Parse(Cli.Run("inspect", work.At("half.safetensors"), "--json").Out).RootElement;
        Assert.Equal("vit_pico_patch4_32", inspected.GetProperty("models")[0].GetString());
        Assert.Equal("float16", inspected.GetProperty("tensors")[0].GetProperty("type").GetString());
        Assert.Contains("names: timm", Cli.Run("inspect", work.At("half.safetensors")).Out, StringComparison.Ordinal);

        CliResult evaluate = Cli.Run("evaluate", photos, "--model-dir", work.At("student"), "--json");
        double top1 = JsonDocument.Parse(evaluate.Out).RootElement.GetProperty("top1").GetDouble();
        Assert.True(top1 > 0.6, $"three plain colours and a top-1 of {top1}");

        CliResult predict = Cli.Run("predict", "--model-dir", work.At("student"), work.At("photos", "test", "red", "0.png"), "--top", "2",
            "--json");
        JsonElement prediction = JsonDocument.Parse(predict.Out).RootElement.GetProperty("predictions")[0];
        Assert.Equal(2, prediction.GetProperty("top").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, prediction.GetProperty("top")[0].GetProperty("logit").ValueKind);

        CliResult export = Cli.Run("export", "--model-dir", work.At("student"), "--out", work.At("student.onnx"), "--json");
        Assert.True(export.ExitCode == 0, export.Error);
        Assert.Equal(1, JsonDocument.Parse(export.Out).RootElement.GetProperty("check").GetProperty("top1_agreement").GetDouble());
        Assert.True(new FileInfo(work.At("student.onnx")).Length > 100_000);
        CliResult whole = Cli.Run(
            "export", "--model-dir", work.At("student"), "--out", work.At("whole.onnx"), "--input", "image", "--softmax", "--half",
            "--features", "--external-data");
        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.Contains("on 8 inputs in ONNX Runtime", whole.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(work.At("whole.onnx.data")));

        CliResult named = Cli.Run(
            "export", "--model", "vit_pico_patch4_32", "--weights", work.At("half.safetensors"), "--labels", work.At("teacher",
                "labels.txt"), "--out", work.At("named.onnx"), "--json");
        Assert.True(named.ExitCode == 0, named.Error);
        Assert.Equal(1, JsonDocument.Parse(named.Out).RootElement.GetProperty("check").GetProperty("top1_agreement").GetDouble());

        // The same command again is done at once; another one is refused and loses nothing.
        Assert.Equal(0,
            Cli.Run(["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "2", "--rho", "0.05",
            "--reweighting", "top(2,0.5)", "--out", work.At("teacher"), .. Quick]).ExitCode);
        Cli.Run(["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "3", "--out", work.At("teacher"),
            .. Quick])
            .IsBadInput("another run", "teacher.training.epochs (2 there, 3 here)");
        Assert.True(File.Exists(work.At("teacher", "model.safetensors")));
    }

    [Fact]
    public void A_recipe_runs_side_by_side_is_interrupted_and_ends_with_the_same_numbers()
    {
        using var work = new Workspace();
        string recipe = work.At("recipe.yaml");
        File.WriteAllText(recipe, $$"""
            name: tiny
            threads: 1
            data: { source: '{{work.Photos(16, 12)}}', image_size: 32, crop_pct: 1 }
            teacher: { model: vit_pico_patch4_32, reweighting: 'ramp(0.5)', training: { epochs: 2, batch_size: 16 } }
            student: { model: resnet20, image_size: 16, training: { epochs: 2, batch_size: 16 }, distillation: { views: 1 } }
            information: { image_size: 16, epochs: 1 }
            """);
        CliResult whole = Cli.Run("run", recipe, "--out", work.At("whole"), "--json");
        Assert.True(whole.ExitCode == 0, whole.Error);
        foreach (string file in new[] { "report.json", "report.html", "environment.json", "log.txt", Path.Combine("student", "model.onnx"),
            Path.Combine("student", "labels.txt") })
            Assert.True(File.Exists(work.At("whole", file)), file);
        Assert.Equal(5, JsonDocument.Parse(whole.Out).RootElement.GetProperty("rows").GetArrayLength());
        Assert.Equal(("[3,32,32]", "[3,16,16]"),
            (InputSize(work.At("whole", "seed-0", "sam", "teacher")), InputSize(work.At("whole", "student"))));
        Assert.Contains("Teachers see views of 32 px and students of 16 px", whole.Out, StringComparison.Ordinal);

        using (var process = Cli.Start("run", recipe, "--out", work.At("cut"), "--json", "--jobs", "2"))
        {
            while (!Directory.Exists(work.At("cut", "seed-0", "sam")) && !process.HasExited)
                Thread.Sleep(50);
            using (var kill = System.Diagnostics.Process.Start("kill",
                ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                kill.WaitForExit();
            CliResult cut = Cli.Finish(process);
            Assert.True(cut.ExitCode == 130, $"{cut.ExitCode}: {cut.Error}");
            Assert.Empty(cut.Out);
        }

        Assert.False(File.Exists(work.At("cut", "report.json")));
        CliResult resumed = Cli.Run("run", "--resume", work.At("cut"), "--json", "--jobs", "2");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(Scores(whole.Out), Scores(resumed.Out));
    }

    private static string InputSize(string folder) => JsonSerializer.Serialize(
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement.GetProperty("pretrained_cfg")
            .GetProperty("input_size"));

    private static IEnumerable<double> Scores(string report) =>
        JsonDocument.Parse(report).RootElement.GetProperty("rows").EnumerateArray()
            .SelectMany(row => row.GetProperty("seeds").EnumerateArray())
            .SelectMany(seed => new[] { seed.GetProperty("student_top1").GetDouble(), seed.GetProperty("ece").GetDouble() });
}
