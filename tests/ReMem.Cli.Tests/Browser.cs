using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ReMem.Cli.Tests;

/// <summary>The system's Chromium, with a camera that draws a picture of its own. Tests skip where it is not installed.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IBrowserContext _context;

    private Browser(IPlaywright playwright, IBrowser browser, IBrowserContext context, IPage page)
    {
        (_playwright, _browser, _context, Page) = (playwright, browser, context, page);
        page.RequestFailed += (_, request) => Failures.Add($"{request.Url}: {request.Failure}");
        page.PageError += (_, error) => Failures.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors of the page's scripts, and requests without an answer.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Every address that the page asked for.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<Browser> Start()
    {
        string? program = ((string[])["chromium", "chromium-browser", "google-chrome"])
            .SelectMany(name => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(f => Path.Combine(f, name)))
            .FirstOrDefault(File.Exists);
        if (program is null)
            Assert.Skip("Chromium is not installed (Debian: apt-get install chromium).");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // Root has no sandbox in a container.
            Args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        });
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions { Permissions = ["camera"] });
        return new Browser(playwright, browser, context, await context.NewPageAsync());
    }

    /// <summary>Fails where the page breaks a rule of WCAG 2.1 A or AA that can be checked by a program.</summary>
    public async Task RequireAccessible()
    {
        AxeResult result = await Page.RunAxe(new AxeRunOptions
        {
            RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
        });
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(v =>
            $"{v.Id}: {v.Help}: {string.Join(", ", v.Nodes.Take(5).Select(n => n.Html))}")));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
