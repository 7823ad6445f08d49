using System.Text.Json;

namespace ReMem.Cli.Tests;

/// <summary>export --int8 and bench.</summary>
public class Int8Tests
{
    [Fact]
    public void A_student_is_exported_as_int8_and_measured_against_float32()
    {
        using var work = new Workspace();
        string photos = work.Photos(), student = work.At("student"), single = work.At("float32.onnx"), rounded = work.At("int8.onnx");
        CliResult distill = Cli.Run("distill", photos, "--student", "resnet20", "--image-size", "32", "--epochs", "3", "--out", student,
            "training.batch_size=8", "training.warmup_epochs=0", "training.lr=5e-3");
        Assert.True(distill.ExitCode == 0, distill.Error);
        Assert.Equal(0, Cli.Run("export", "--model-dir", student, "--out", single).ExitCode);

        string[] export = ["export", "--model-dir", student, "--int8", "--data", photos, "--out", rounded, "--int8-images", "30",
            "--int8-max-loss", "10"];
        CliResult made = Cli.Run(export);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains(" layers in int8", made.Out, StringComparison.Ordinal);
        Assert.Contains("of 24 images", made.Out, StringComparison.Ordinal);
        JsonElement said =
            JsonDocument.Parse(Cli.Run([.. export, "--json", "--int8-keep", "conv1,fc", "--int8-ranges", "min-max"]).Out).RootElement;
        Assert.Equal(2, said.GetProperty("kept").GetArrayLength());
        Assert.Equal(20, said.GetProperty("layers").GetInt32());
        Assert.Equal(new FileInfo(rounded).Length, said.GetProperty("bytes").GetInt64());

        CliResult bench = Cli.Run("bench", single, rounded, "--runs", "3", "--batch", "2", "--threads", "1");
        Assert.True(bench.ExitCode == 0, bench.Error);
        Assert.Contains("against first", bench.Out, StringComparison.Ordinal);
        JsonElement rows = JsonDocument.Parse(Cli.Run("bench", single, "--runs", "3", "--json").Out).RootElement[0].GetProperty("rows");
        Assert.True(rows[0].GetProperty("p50").GetDouble() > 0);

        Cli.Run("export", "--model-dir", student, "--int8", "--out", rounded).IsBadInput("--int8 needs images", "--data");
        Cli.Run("export", "--model-dir", student, "--int8-images", "30", "--out", rounded)
            .IsBadInput("--int8-images is for int8 files only", "--int8");
        Cli.Run([.. export, "--half"]).IsBadInput("--half does not go with --int8");
        Cli.Run([.. export, "--features"]).IsBadInput("--features does not go with --int8");
        Cli.Run([.. export, "--int8-ranges", "minmax"]).IsBadInput("minmax", "min-max");
        Cli.Run([.. export, "--int8-keep", "conv2"]).IsBadInput("conv2");
        Cli.Run("bench", work.At("nosuch.onnx")).IsBadInput("nosuch.onnx");
    }
}
