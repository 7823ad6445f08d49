using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using ReMem.Inference;
using ReMem.Reports;
using ReMem.Tests.Data;
using ReMem.Tests.Reports;

namespace ReMem.Cli.Tests;

/// <summary>Pages as a person uses them, in Chromium.</summary>
public sealed class BrowserTests : IDisposable
{
    private readonly Workspace _work = new();
    private readonly string _model, _flat;

    public BrowserTests()
    {
        _model = EvaluateTests.Model(_work);
        CaseFiles.Unpack("evaluate", _work.Path, "");
        _flat = _work.At("flat");
    }

    private string[] Photos => [.. Directory.EnumerateFiles(_flat, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task The_services_page_classifies_chosen_and_dropped_photos_and_the_camera()
    {
        await using Browser browser = await Browser.Start();
        Exported("model.onnx");
        using Process process = Cli.Start("serve", "--model", _work.At("model.onnx"), "--url", "http://127.0.0.1:0");
        try
        {
            string address = (await process.StandardOutput.ReadLineAsync())!.Split(' ')[^3];
            IPage page = browser.Page;
            await page.GotoAsync(address);
            await Assertions.Expect(page.Locator("#model")).ToHaveTextAsync("resnet20 at 24 px, 4 classes.");

            await page.Locator("#files").SetInputFilesAsync(Photos[0]);
            Assert.Equal(Predicted(Photos[0])[0], await Answer(page, 1));

            await page.EvaluateAsync("""
                async ([name, bytes]) => {
                  const transfer = new DataTransfer();
                  transfer.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name, { type: 'image/jpeg' }));
                  const drop = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
                  document.getElementById('drop').dispatchEvent(drop);
                }
                """, new[] { "dropped.jpg", Convert.ToBase64String(File.ReadAllBytes(Photos[1])) });
            Assert.Equal(Predicted(Photos[1])[0], await Answer(page, 2));

            await page.Locator("#camera").ClickAsync();
            await page.Locator("#shoot").ClickAsync();
            Assert.NotEmpty((await Answer(page, 3)).Label);

            string bad = _work.At("bad.jpg");
            File.WriteAllText(bad, "no photo");
            await page.Locator("#files").SetInputFilesAsync(bad);
            await Assertions.Expect(page.Locator("article .bad")).ToHaveCountAsync(1);
            await browser.RequireAccessible();
            Assert.All(browser.Requests, url => Assert.True(
                url.StartsWith(address, StringComparison.Ordinal) || url.StartsWith("blob:", StringComparison.Ordinal), url));
            Assert.Empty(browser.Failures);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_browser_sample_agrees_with_predict(bool int8)
    {
        await using Browser browser = await Browser.Start();
        string sample = _work.At("sample");
        Directory.CreateDirectory(sample);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Cli.Root, "samples", "Browser")))
            File.Copy(file, Path.Combine(sample, Path.GetFileName(file)));
        if (!Npm(sample, out string why))
            Assert.Skip($"npm cannot install onnxruntime-web: {why}");
        string[] form = int8 ? ["--int8", "--data", _flat, "--int8-max-loss", "100"] : [];
        Exported(["sample", "model.onnx", "--input", "image", "--softmax", .. form]);
        File.Copy(Path.Combine(_model, "labels.txt"), Path.Combine(sample, "labels.txt"));
        string[] photos = Photos[..10];
        for (int i = 0; i < photos.Length; i++)
            File.Copy(photos[i], Path.Combine(sample, $"{i}.jpg"));

        await using WebApplication files = await Serve(sample);
        IPage page = browser.Page;
        await page.GotoAsync($"{files.Urls.First()}/index.html?{string.Join('&', photos.Select((_, i) => $"photo={i}.jpg"))}");
        await Assertions.Expect(page.Locator("#answers tr")).ToHaveCountAsync(photos.Length, new() { Timeout = 120_000 });
        (string Label, double Probability)[] expected =
            int8 ? await Classified(Path.Combine(sample, "model.onnx"), photos) : Predicted(photos);
        for (int i = 0; i < photos.Length; i++)
        {
            IReadOnlyList<string> cells = await page.Locator("#answers tr").Nth(i).Locator("td").AllInnerTextsAsync();
            Assert.Equal((photos[i], expected[i].Label), (photos[i], cells[1]));
            Assert.Equal(expected[i].Probability, double.Parse(cells[2], CultureInfo.InvariantCulture), 2e-2);
        }

        await browser.RequireAccessible();
        Assert.Empty(browser.Failures);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280, Media.Screen)]
    [InlineData(ColorScheme.Dark, 420, Media.Screen)]
    [InlineData(ColorScheme.Dark, 800, Media.Print)]
    public async Task Reports_are_accessible_and_no_wider_than_a_phone_or_a_sheet(ColorScheme scheme, int width, Media media)
    {
        await using Browser browser = await Browser.Start();
        string evaluation = _work.At("evaluation.html"), comparison = _work.At("comparison.html");
        CliResult result = Cli.Run("evaluate", _flat, "--model-dir", _model, "--html", evaluation);
        Assert.True(result.ExitCode == 0, result.Error);
        File.WriteAllText(comparison, HtmlReport.Render(SampleReport.Create()));
        IPage page = browser.Page;
        await page.SetViewportSizeAsync(width, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme, Media = media });
        foreach (string html in (string[])[evaluation, comparison])
        {
            await page.GotoAsync(new Uri(html).AbsoluteUri);
            await page.EvaluateAsync("for (const part of document.querySelectorAll('details')) part.open = true");
            await browser.RequireAccessible();
            int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{html} is {overflow} px wider than the window");
        }

        Assert.All(browser.Requests, url => Assert.True(
            url.StartsWith("file:", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));
        Assert.Empty(browser.Failures);
    }

    private static async Task<(string Label, double Probability)> Answer(IPage page, int count)
    {
        await Assertions.Expect(page.Locator("article ol")).ToHaveCountAsync(count, new() { Timeout = 30_000 });
        ILocator first = page.Locator("article").First;
        string percent = await first.Locator("li").First.Locator("span").Nth(1).InnerTextAsync();
        return (await first.Locator("b").InnerTextAsync(), double.Parse(percent.Split(' ')[0], CultureInfo.InvariantCulture));
    }

    /// <summary>What predict says: labels and, for one photo, percent as the page rounds them.</summary>
    private (string Label, double Probability)[] Predicted(params string[] photos)
    {
        CliResult predicted = Cli.Run(["predict", .. photos, "--model-dir", _model, "--json"]);
        return [.. JsonDocument.Parse(predicted.Out).RootElement.GetProperty("predictions").EnumerateArray()
            .Select(p => p.GetProperty("top")[0])
            .Select(top => (top.GetProperty("label").GetString()!, top.GetProperty("probability").GetDouble()))
            .Select(top => photos.Length > 1 ? top : (top.Item1, Math.Round(100 * top.Item2, 1)))];
    }

    /// <summary>What a file answers in ONNX Runtime.</summary>
    private static async Task<(string Label, double Probability)[]> Classified(string file, string[] photos)
    {
        using var classifier = OnnxImageClassifier.Load(file);
        var answers = new List<(string, double)>();
        foreach (string photo in photos)
        {
            ImageAnswer answer = await classifier.ClassifyAsync(photo, 1, TestContext.Current.CancellationToken);
            answers.Add((answer.Label, answer.Probability));
        }

        return [.. answers];
    }

    private void Exported(params string[] arguments)
    {
        string[] path = [.. arguments.TakeWhile(a => !a.StartsWith('-'))];
        CliResult export = Cli.Run(["export", "--model-dir", _model, "--out", _work.At(path), .. arguments.Skip(path.Length)]);
        Assert.True(export.ExitCode == 0, export.Error);
    }

    private static bool Npm(string folder, out string why)
    {
        try
        {
            var info = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process npm = Process.Start(info)!;
            CliResult result = Cli.Finish(npm);
            why = result.Error.Trim().Split('\n')[0];
            return result.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            why = e.Message;
            return false;
        }
    }

    private static async Task<WebApplication> Serve(string folder)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var types = new FileExtensionContentTypeProvider
        {
            Mappings = { [".mjs"] = "text/javascript", [".onnx"] = "application/octet-stream" },
        };
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), ContentTypeProvider = types });
        await app.StartAsync();
        return app;
    }
}
