using Microsoft.AspNetCore.Http;
using ReMem.Runtime.Downloads;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class UrlCacheTests
{
    private static readonly byte[] Bytes = HubServer.Noise(200_000, 3);

    /// <summary>A plain file server, on another port than the hub, whose file has an ETag or a date.</summary>
    private sealed class Files : IDisposable
    {
        public Files(HubWorld world)
        {
            World = world;
            Server.Instead = async (context, count) =>
            {
                if (Before is { } before && await before(context, count))
                    return true;
                if (Etag is not null)
                    context.Response.Headers.ETag = Etag;
                if (Date is not null)
                    context.Response.Headers.LastModified = Date;
                if ((Etag is not null && context.Request.Headers.IfNoneMatch == Etag)
                    || (Date is not null && context.Request.Headers.IfModifiedSince == Date))
                    context.Response.StatusCode = 304;
                else
                    await HubServer.SendAsync(context, Content);
                return true;
            };
        }

        public HubWorld World { get; }

        public HubServer Server { get; } = new();

        public Func<HttpContext, int, Task<bool>>? Before { get; set; }

        public string? Etag { get; set; } = "\"v1\"";

        public string? Date { get; set; }

        public byte[] Content { get; set; } = Bytes;

        public string Address => $"{Server.Address}dir/model.safetensors?X-Signature=s3cret";

        public void Dispose() => Server.Dispose();
    }

    [Fact]
    public void A_file_is_kept_under_its_name_and_asked_for_again_by_its_tag()
    {
        using var world = new HubWorld();
        using var files = new Files(world);
        string path = world.Resolve(files.Address);
        Assert.Equal(Bytes, File.ReadAllBytes(path));
        Assert.Equal("model.safetensors", Path.GetFileName(path));
        Assert.StartsWith(world.Options.UrlCache, path, StringComparison.Ordinal);
        int before = files.Server.Requests.Count;
        Assert.Equal(path, world.Resolve(files.Address));
        Assert.Equal(before + 1, files.Server.Requests.Count);
        Assert.Empty(world.Server.Requests);
        Assert.All(files.Server.Requests, r => Assert.Null(r.Authorization));

        files.Etag = "\"v2\"";
        files.Content = HubServer.Noise(100, 4);
        Assert.Equal(path, world.Resolve(files.Address));
        Assert.Equal(files.Content, File.ReadAllBytes(path));
        Assert.DoesNotContain("s3cret", File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "source.json")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_date_serves_where_there_is_no_tag_and_the_size_where_there_is_neither()
    {
        using var world = new HubWorld();
        using var files = new Files(world) { Etag = null, Date = "Wed, 21 Oct 2015 07:28:00 GMT" };
        string path = world.Resolve(files.Address);
        int before = files.Server.Requests.Count;
        world.Resolve(files.Address);
        Assert.Equal(before + 1, files.Server.Requests.Count);
        files.Date = null;
        world.Resolve(files.Address);
        before = files.Server.Requests.Count;
        world.Resolve(files.Address);
        Assert.Equal(before + 1, files.Server.Requests.Count);
        files.Content = HubServer.Noise(50, 7);
        Assert.Equal(files.Content, File.ReadAllBytes(world.Resolve(files.Address)));
        Assert.Equal(path, world.Resolve(files.Address));
    }

    [Fact]
    public void A_cut_transfer_is_continued_only_for_the_same_version()
    {
        using var world = new HubWorld();
        using var files = new Files(world);
        files.Before = async (context, count) =>
        {
            if (count != 2)
                return false;
            context.Response.Headers.ETag = files.Etag;
            await HubServer.SendAsync(context, Bytes, stopAt: 80_000, world.Has);
            return true;
        };
        Assert.Equal(Bytes, File.ReadAllBytes(world.Resolve(files.Address)));
        Seen rest = files.Server.Requests.Last();
        Assert.Equal(("bytes=80000-", "\"v1\""), (rest.Range, rest.IfRange));

        files.Etag = "\"v2\"";
        files.Before = (context, count) =>
        {
            // The question is the fourth request; the transfer finds another version.
            files.Etag = count > 4 ? "\"v3\"" : files.Etag;
            return Task.FromResult(false);
        };
        Assert.Contains("changed", world.Fails<ReMemException>(files.Address).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offline_or_with_a_dead_server_the_cached_file_serves()
    {
        using var world = new HubWorld();
        using var files = new Files(world);
        string path = world.Resolve(files.Address);
        files.Before = (context, _) => HubServer.Refuse(context, 502);
        Assert.Equal(path, world.Resolve(files.Address));
        Assert.Contains("the cached file is used", world.Lines, StringComparison.Ordinal);
        files.Server.Requests.Clear();
        world.Options = world.Options with { Offline = true };
        Assert.Equal(path, world.Resolve(files.Address));
        InputException error = world.Fails<InputException>(files.Address.Replace("model.", "other.", StringComparison.Ordinal));
        Assert.Contains("downloading is switched off", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("/dir/other.safetensors", error.Where, StringComparison.Ordinal);
        Assert.Empty(files.Server.Requests);
    }

    [Theory]
    [InlineData(401, true, "refuses access (401)")]
    [InlineData(403, true, "refuses access (403)")]
    [InlineData(404, true, "no such file (404)")]
    [InlineData(400, false, "does not give the file (400)")]
    [InlineData(429, false, "limits the rate")]
    [InlineData(500, false, "has a fault (500)")]
    public void A_refusal_says_what_it_means(int status, bool mine, string what)
    {
        using var world = new HubWorld();
        using var files = new Files(world) { Before = (context, _) => HubServer.Refuse(context, status) };
        ReMemException error = mine ? world.Fails<InputException>(files.Address) : world.Fails<ReMemException>(files.Address);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_web_page_is_no_file()
    {
        using var world = new HubWorld();
        using var files = new Files(world);
        files.Before = async (context, _) =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync("<html>");
            return true;
        };
        Assert.Contains("a web page", world.Fails<InputException>(files.Address).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_in_the_name_is_checked()
    {
        using var world = new HubWorld();
        using var files = new Files(world);
        string sha = HubServer.Sha256(Bytes)[..8];
        Assert.True(File.Exists(world.Resolve($"{files.Server.Address}deit-{sha}.pth")));
        string wrong = sha.Replace(sha[0], sha[0] == 'a' ? 'b' : 'a');
        Assert.Contains("its SHA-256 is", world.Fails<ReMemException>($"{files.Server.Address}deit-{wrong}.pth").Message,
            StringComparison.Ordinal);
        Assert.Null(ContentCheck.FromName("swin-20210512.pth"));
        Assert.Null(ContentCheck.FromName("deadbeef.pth"));
        Assert.Null(ContentCheck.FromName("vit-base.npz"));
    }

    [Theory]
    [InlineData("https://h/a/B-16.npz?x=1", "B-16.npz")]
    [InlineData("https://h/a/%2e%2e%2fx%20y.bin", "x_y.bin")]
    [InlineData("https://h/", "weights")]
    [InlineData("https://h/source.json", "weights")]
    public void The_name_is_one_that_every_system_takes(string address, string name) =>
        Assert.Equal(name, UrlCache.NameOf(new Uri(address)));
}
