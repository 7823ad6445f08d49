using ReMem.Runtime.Downloads;
using ReMem.Tests.Weights.Hub;

namespace ReMem.Tests.Runtime.Downloads;

/// <summary>Servers that send without an end, hardly at all, or to no address.</summary>
public sealed class HostileServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HubServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_body_without_a_length_ends_at_the_limit_and_leaves_nothing()
    {
        _server.Instead = async (context, _) =>
        {
            byte[] piece = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(piece);
            return true;
        };
        InputException error = await Assert.ThrowsAsync<InputException>(() => Fetch(new DownloadOptions { MaxUnknownBytes = 5_000_000 }));
        Assert.Contains("has more than 5.0 MB", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, PartialBytes);
        Assert.False(File.Exists(_folder.File("x")));
    }

    [Fact]
    public async Task A_trickle_is_given_up_and_what_came_is_kept()
    {
        _server.Instead = async (context, _) =>
        {
            context.Response.ContentLength = 1_000_000;
            for (int i = 0; i < 100 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1]);
                await context.Response.Body.FlushAsync();
                await Task.Delay(50);
            }

            return true;
        };
        ReMemException error =
            await Assert.ThrowsAnyAsync<ReMemException>(() => Fetch(new DownloadOptions { StallSeconds = 0.5, Attempts = 1 }));
        Assert.Contains("sent only", error.Message, StringComparison.Ordinal);
        Assert.Contains("continues the download", error.Remedy!, StringComparison.Ordinal);
        Assert.True(PartialBytes > 0);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("http:///x")]
    [InlineData("http://[::1")]
    public async Task A_redirect_to_an_invalid_address_is_one_sentence(string location)
    {
        _server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.FromResult(true);
        };
        ReMemException error = await Assert.ThrowsAnyAsync<ReMemException>(() => Fetch(new DownloadOptions { Attempts = 1 }));
        Assert.Contains("which is not an address", error.Message, StringComparison.Ordinal);
    }

    private long PartialBytes => File.Exists(_folder.File("x.part")) ? new FileInfo(_folder.File("x.part")).Length : 0;

    private Task Fetch(DownloadOptions options) => new Downloader(options, new HttpTransport(options), null).RunAsync(
        new Download("x", new Uri(_server.Address, "x"), _folder.File("x"),
            _folder.File("x.part"))
        { Refusal = _ => new ReMemException("refused") },
        TestContext.Current.CancellationToken);
}
