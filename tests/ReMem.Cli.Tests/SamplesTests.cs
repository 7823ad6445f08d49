using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ReMem.Tests.Data;

namespace ReMem.Cli.Tests;

/// <summary>
/// The samples, copied out of the repository and built against the packed package, answer as predict does. The version is of this test
/// alone, so that no package of an earlier run is taken from the cache.
/// </summary>
public sealed class SamplesTests : IDisposable
{
    private static readonly string Version = $"0.1.0-check.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
    private readonly Workspace _work = new();

    public void Dispose()
    {
        _work.Dispose();
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string cached = Path.Combine(home, ".nuget", "packages", "remem.inference", Version);
        if (Directory.Exists(cached))
            Directory.Delete(cached, recursive: true);
    }

    [Fact]
    public async Task They_build_against_the_package_and_answer_as_predict()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Dotnet("pack", Path.Combine(Cli.Root, "src", "ReMem.Inference"), "-o", _work.At("feed"), $"-p:Version={Version}", "-v", "quiet");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Cli.Root, "samples"), "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(Path.Combine(Cli.Root, "samples"), file);
            if (relative.Split(Path.DirectorySeparatorChar) is var parts && (parts.Contains("bin") || parts.Contains("obj")))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(_work.At("samples", relative))!);
            File.Copy(file, _work.At("samples", relative));
        }

        string model = EvaluateTests.Model(_work), onnx = _work.At("model.onnx");
        CliResult export = Cli.Run("export", "--model-dir", model, "--out", onnx);
        Assert.True(export.ExitCode == 0, export.Error);
        CaseFiles.Unpack("evaluate", _work.Path, "");
        string[] photos = [.. Directory.EnumerateFiles(_work.At("flat"), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Take(10)];
        Assert.Equal(10, photos.Length);
        CliResult predicted = Cli.Run(["predict", .. photos, "--model-dir", model, "--json"]);
        (string Label, double Probability)[] expected = [.. JsonDocument.Parse(predicted.Out).RootElement.GetProperty("predictions")
            .EnumerateArray().Select(p => p.GetProperty("top")[0])
            .Select(top => (top.GetProperty("label").GetString()!, top.GetProperty("probability").GetDouble()))];

        string console = Build("Inference"), web = Build("WebApi"), pipeline = Build("MlNet");
        AssertAnswers(photos, expected, Dotnet([console, onnx, .. photos]), 1e-5);
        export = Cli.Run("export", "--model-dir", model, "--out", _work.At("resizes.onnx"), "--input", "image", "--softmax");
        Assert.True(export.ExitCode == 0, export.Error);
        AssertAnswers(photos, expected, Dotnet([pipeline, _work.At("resizes.onnx"), _work.At("model.onnx"), .. photos]), 2e-2);
        await Web(web, onnx, photos[0], expected[0].Probability, stop);
    }

    /// <summary>One line for each photo, in any order: its path, the best class and that one's probability.</summary>
    private static void AssertAnswers(string[] photos, (string Label, double Probability)[] expected, string printed, double tolerance)
    {
        Dictionary<string, string[]> lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
            .ToDictionary(cells => cells[0]);
        Assert.Equal(photos.Order(StringComparer.Ordinal), lines.Keys.Order(StringComparer.Ordinal));
        foreach ((string photo, (string label, double probability)) in photos.Zip(expected))
        {
            Assert.Equal(label, lines[photo][1]);
            Assert.Equal(probability, double.Parse(lines[photo][2], CultureInfo.InvariantCulture), tolerance);
        }
    }

    private static async Task Web(string program, string onnx, string photo, double probability, CancellationToken stop)
    {
        using Process process = Start([program, "--Model", onnx, "--urls", "http://127.0.0.1:0"]);
        try
        {
            // ASP.NET Core writes its address among other lines.
            string? line = await process.StandardOutput.ReadLineAsync(stop);
            while (line?.Contains("listening on", StringComparison.Ordinal) == false)
                line = await process.StandardOutput.ReadLineAsync(stop);

            using var client = new HttpClient { BaseAddress = new Uri(line!.Split(' ')[^1]) };
            Assert.Equal("Healthy", await client.GetStringAsync("/healthz", stop));
            using HttpResponseMessage answer = await client.PostAsync("/classify", new ByteArrayContent(File.ReadAllBytes(photo)), stop);
            JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
            Assert.Equal(probability, body.GetProperty("classes")[0].GetProperty("probability").GetDouble(), 1e-5);
            using HttpResponseMessage bad = await client.PostAsync("/classify", new StringContent("no photo"), stop);
            Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, bad.StatusCode);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private string Build(string sample)
    {
        Dotnet("build", _work.At("samples", sample), "-o", _work.At("built", sample), "-v", "quiet", $"-p:ReMemVersion={Version}",
            $"-p:RestoreAdditionalProjectSources={_work.At("feed")}");
        return _work.At("built", sample, $"{sample}.dll");
    }

    private static Process Start(string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return Process.Start(info)!;
    }

    private static string Dotnet(params string[] arguments)
    {
        using Process process = Start(arguments);
        CliResult result = Cli.Finish(process);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {result.Out}{result.Error}");
        return result.Out;
    }
}
