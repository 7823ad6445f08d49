using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ReMem.Tests.Data;

namespace ReMem.Cli.Tests;

/// <summary>remem serve as a process.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task It_answers_as_predict_and_ends_when_it_is_told_to()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var work = new Workspace();
        string model = EvaluateTests.Model(work);
        CaseFiles.Unpack("evaluate", work.Path, "");
        CliResult export = Cli.Run("export", "--model-dir", model, "--out", work.At("run", "student", "model.onnx"));
        Assert.True(export.ExitCode == 0, export.Error);
        string photo = Directory.EnumerateFiles(work.At("flat"), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .First();
        CliResult predicted = Cli.Run("predict", photo, "--model-dir", model, "--json");
        JsonElement expected = JsonDocument.Parse(predicted.Out).RootElement.GetProperty("predictions")[0].GetProperty("top")[0];

        using Process process = Cli.Start("serve", "--model", work.At("run"), "--url", "http://127.0.0.1:0");
        string line = (await process.StandardOutput.ReadLineAsync(stop))!;
        Assert.Contains("4 classes, http://127.0.0.1:", line, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[^3]) };
        using HttpResponseMessage response = await client.PostAsync("/classify?top=1",
            new ByteArrayContent(File.ReadAllBytes(photo)), stop);
        JsonElement answer = (await response.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("answers")[0];
        Assert.Equal(expected.GetProperty("label").GetString(), answer.GetProperty("label").GetString());
        Assert.Equal(expected.GetProperty("probability").GetDouble(), answer.GetProperty("probability").GetDouble(), 1e-5);

        CliResult busy = Cli.Run("serve", "--model", work.At("run"), "--url", client.BaseAddress!.GetLeftPart(UriPartial.Authority));
        busy.IsBadInput("cannot listen on");
        if (OperatingSystem.IsLinux())
        {
            Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/healthz", stop));
        }
        else
        {
            process.Kill();
        }
    }

    [Fact]
    public void What_cannot_be_served_is_one_sentence()
    {
        using var work = new Workspace();
        File.WriteAllText(work.At("bad.onnx"), "no graph");
        Cli.Run("serve", "--model", work.At("bad.onnx")).IsBadInput("ONNX Runtime cannot load");
        Cli.Run("serve", "--model", work.At("none.onnx")).IsBadInput("There is no file");
        Cli.Run("serve", "--model", work.Path).IsBadInput("The folder holds no model.onnx");
        foreach (string url in new[] { "127.0.0.1:80", "https://127.0.0.1:8443", "http://127.0.0.1:8080/path", "nonsense" })
            Cli.Run("serve", "--model", work.At("bad.onnx"), "--url", url).IsBadInput("is no address to listen on");
        Cli.Run("serve", "--model", work.At("bad.onnx"), "--min-probability", "2").IsBadInput("must be between 0 and 1");
        Cli.Run("serve", "--model", work.At("bad.onnx"), "--max-queue", "0").IsBadInput("--max-queue is 0");
    }
}
