using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

using ReMem.Tests.Weights.Hub;

namespace ReMem.Tests.Runtime.Downloads;

public class DownloaderTests
{
    private const string Weights = "model.safetensors";

    [Fact]
    public void A_cut_transfer_is_continued_where_it_broke_off()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Server.Instead = OnGet(async (context, count) =>
        {
            if (count > 2)
                return false;
            await HubServer.SendAsync(context, bytes, stopAt: count * 100_000, world.Has);
            return true;
        });
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Equal([null, "bytes=100000-", "bytes=200000-"], Gets(world).Select(r => r.Range));
        Assert.Contains("cut the connection after 100000 of 300000 bytes; trying again", world.Lines, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_stays_for_the_next_run_and_is_continued_by_it()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Options = world.Options with { Attempts = 1 };
        world.Server.Instead = OnGet(async (context, _) =>
        {
            await HubServer.SendAsync(context, bytes, stopAt: 120_000, world.Has);
            return true;
        });
        ReMemException error = world.Fails<ReMemException>();
        Assert.Contains("after 120000 of 300000 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("continues", error.Remedy!, StringComparison.Ordinal);
        Assert.Equal(120_000, new FileInfo(Partial(world)).Length);

        world.Server.Instead = null;
        world.Server.Requests.Clear();
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Equal("bytes=120000-", Gets(world).Single().Range);
        Assert.False(File.Exists(Partial(world)));
        Assert.Equal(300_000, world.Progress.Last(p => p.Message is null && p.File == Weights).Bytes);
    }

    [Fact]
    public void A_stalled_transfer_is_given_up_and_continued()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Options = world.Options with { StallSeconds = 0.3, Attempts = 20 };
        world.Server.Instead = OnGet(async (context, count) =>
        {
            if (count > 1)
                return false;
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, 50_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { });
            return true;
        });
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Contains("sent nothing for 0.3 s", world.Lines, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_knows_no_ranges_starts_from_the_beginning()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Server.Instead = OnGet(async (context, count) =>
        {
            context.Request.Headers.Remove("Range");
            await HubServer.SendAsync(context, bytes, stopAt: count == 1 ? 100_000 : null, world.Has);
            return true;
        });
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Equal(2, Gets(world).Count());
    }

    [Fact]
    public void A_part_of_something_else_costs_one_more_download()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        Directory.CreateDirectory(Path.GetDirectoryName(Partial(world))!);
        File.WriteAllBytes(Partial(world), HubServer.Noise(1000, 9));
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Equal(["bytes=1000-", null], Gets(world).Select(r => r.Range));
        Assert.Contains("its SHA-256 is", world.Lines, StringComparison.Ordinal);

        // One that is longer than the file is not even asked about.
        File.Delete(Path.Combine(world.Root, "blobs", HubServer.Sha256(bytes)));
        File.WriteAllBytes(Partial(world), HubServer.Noise(400_000, 9));
        world.Server.Requests.Clear();
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Null(Gets(world).Single().Range);
    }

    [Fact]
    public void A_whole_part_is_only_checked()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        Directory.CreateDirectory(Path.GetDirectoryName(Partial(world))!);
        File.WriteAllBytes(Partial(world), bytes);
        Assert.Equal(bytes, File.ReadAllBytes(world.Resolve()));
        Assert.Empty(Gets(world));
    }

    [Theory]
    [InlineData(Weights, "its SHA-256 is")]
    [InlineData("config.json", "its git hash is")]
    public void Content_of_another_hash_never_gets_the_files_name(string file, string problem)
    {
        using var world = new HubWorld();
        byte[] wrong = [.. world.Server.Files[file]];
        wrong[^1] ^= 1;
        world.Server.Instead = async (context, _) =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) || !context.Request.Path.Value!.EndsWith(file, StringComparison.Ordinal))
                return false;
            await HubServer.SendAsync(context, wrong);
            return true;
        };
        ReMemException error = world.Fails<ReMemException>(resolve: s => world.Source().ResolveFolder(s));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.Server.Count("GET", file));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.Options.HubCache, "*", SearchOption.AllDirectories),
            f => File.ReadAllBytes(f).SequenceEqual(wrong));
        Assert.False(File.Exists(Path.Combine(world.Root, "snapshots", world.Server.Commit, file)));
    }

    [Fact]
    public void A_length_that_is_announced_wrong_is_reported()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Server.Instead = OnGet(async (context, _) =>
        {
            await HubServer.SendAsync(context, [.. bytes, .. "more"u8]);
            return true;
        });
        Assert.Contains("announces 300004 bytes instead of 300000", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_was_promised_is_not_read_on()
    {
        using var world = new HubWorld();
        world.Server.Instead = OnGet(async (context, _) =>
        {
            // No length: chunked, and long.
            byte[] piece = HubServer.Noise(1 << 20);
            for (int i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(piece);
            return true;
        });
        Assert.Contains("sends more than its 300000 bytes", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        Assert.All(world.Progress, p => Assert.InRange(p.Bytes, 0, 300_000));
        Assert.False(File.Exists(Partial(world)));
    }

    [Fact]
    public void Less_than_was_promised_is_reported_as_a_cut()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files[Weights];
        world.Server.Instead = OnGet(async (context, _) =>
        {
            // Chunked, ended in good order, and yet too short.
            if (context.Request.Headers.Range.Count > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = "bytes 1000-299999/300000";
                return true;
            }

            await context.Response.Body.WriteAsync(bytes.AsMemory(0, 1000));
            return true;
        });
        Assert.Contains("after 1000 of 300000 bytes", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        Assert.Equal(world.Options.Attempts, Gets(world).Count());
    }

    [Fact]
    public void The_token_stays_with_the_hub()
    {
        using var world = new HubWorld();
        using var cdn = new HubServer();
        cdn.Files[Weights] = world.Server.Files[Weights];
        world.Server.Cdn = cdn;
        cdn.Instead = OnGet(async (context, count) =>
        {
            if (count > 1)
                return false;
            await HubServer.SendAsync(context, cdn.Files[Weights], stopAt: 100_000, world.Has);
            return true;
        });
        Assert.Equal(world.Server.Files[Weights], File.ReadAllBytes(world.Resolve()));
        Assert.NotEmpty(world.Server.Requests);
        Assert.All(world.Server.Requests, r => Assert.Equal($"Bearer {HubWorld.Token}", r.Authorization));
        Assert.Equal([null, "bytes=100000-"], cdn.Requests.Select(r => r.Range));
        Assert.All(cdn.Requests, r => Assert.Null(r.Authorization));

        // Nor does it come along when the other host sends the request back.
        cdn.Instead = (context, _) =>
        {
            context.Response.Redirect($"{world.Server.Address}back?X-Signature=s3cret");
            return Task.FromResult(true);
        };
        world.Server.Files[Weights] = HubServer.Noise(2000, 5);
        world.Fails<InputException>();
        Assert.Null(world.Server.Requests.Last(r => r.Path == "/back").Authorization);
    }

    [Fact]
    public void A_renamed_repository_is_followed_with_the_token()
    {
        using var world = new HubWorld();
        world.Server.Instead = (context, _) =>
        {
            string path = context.Request.Path.Value!;
            if (!path.StartsWith("/old/name/", StringComparison.Ordinal))
                return Task.FromResult(false);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = path.Replace("/old/name/", "/me/model/", StringComparison.Ordinal);
            return Task.FromResult(true);
        };
        Assert.True(File.Exists(world.Resolve("hf-hub:old/name")));
        Assert.All(world.Server.Requests, r => Assert.NotNull(r.Authorization));
    }

    [Fact]
    public void Redirects_in_circles_and_to_odd_places_end()
    {
        using var world = new HubWorld();
        string target = "/me/model/resolve/main/again";
        world.Server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = target;
            return Task.FromResult(true);
        };
        Assert.Contains("in circles", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        world.Server.Instead = OnGet((context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "file:///etc/passwd";
            return Task.FromResult(true);
        });
        Assert.Contains("redirects to an address that is not", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_downloads_of_one_file_are_one_transfer()
    {
        using var world = new HubWorld();
        string[] paths = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Source().ResolveFileAsync("hf-hub:me/model")));
        Assert.Single(paths.Distinct());
        Assert.Equal(world.Server.Files[Weights], File.ReadAllBytes(paths[0]));
        Assert.Single(Gets(world));
    }

    [Fact]
    public async Task A_lock_that_another_program_holds_is_waited_for()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
            Assert.Skip("there is no flock here");
        using var world = new HubWorld();
        string path = Path.Combine(world.Options.HubCache, ".locks", "models--me--model",
            HubServer.Sha256(world.Server.Files[Weights]) + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock",
            [path, "sh", "-c", "echo held; read line"])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        Task<string> download = world.Source().ResolveFileAsync("hf-hub:me/model");
        while (!world.Lines.Contains("waiting", StringComparison.Ordinal) && !download.IsCompleted)
            await Task.Delay(10);
        Assert.False(download.IsCompleted);
        Assert.Empty(Gets(world));
        holder.StandardInput.Close();
        Assert.True(File.Exists(await download));
        await holder.WaitForExitAsync();
    }

    [Fact]
    public void A_disk_that_is_too_small_is_reported_before_the_transfer()
    {
        using var world = new HubWorld();
        world.Server.Instead = async (context, _) =>
        {
            if (!context.Request.Path.Value!.EndsWith(Weights, StringComparison.Ordinal))
                return false;
            context.Response.Headers["X-Repo-Commit"] = world.Server.Commit;
            context.Response.Headers["X-Linked-Etag"] = $"\"{new string('a', 64)}\"";
            context.Response.Headers["X-Linked-Size"] = (1L << 60).ToString(CultureInfo.InvariantCulture);
            context.Response.ContentLength = 1L << 60;
            await context.Response.Body.FlushAsync();
            if (HttpMethods.IsGet(context.Request.Method))
                await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { });
            return true;
        };
        InputException error = world.Fails<InputException>();
        Assert.Contains("needs 1152921.5 TB of disk", error.Message, StringComparison.Ordinal);
        Assert.Contains("HF_HOME", error.Remedy!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_reported()
    {
        using var world = new HubWorld();
        File.WriteAllText(world.File("taken"), "x");
        world.Options = world.Options with { HubCache = world.File("taken") };
        Assert.Contains("Cannot write", world.Fails<InputException>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_stops_a_transfer_and_keeps_the_part()
    {
        using var world = new HubWorld();
        using var stop = new CancellationTokenSource();
        world.Server.Instead = OnGet(async (context, _) =>
        {
            context.Response.ContentLength = 300_000;
            await context.Response.Body.WriteAsync(world.Server.Files[Weights].AsMemory(0, 70_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { });
            return true;
        });
        Task<string> download = world.Source().ResolveFileAsync("hf-hub:me/model", stop.Token);
        while (!world.Has(70_000) && !download.IsCompleted)
            await Task.Delay(10);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download);
        Assert.Equal(70_000, new FileInfo(Partial(world)).Length);
    }

    private static Func<HttpContext, int, Task<bool>> OnGet(Func<HttpContext, int, Task<bool>> answer) => (context, count) =>
        HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value!.EndsWith(Weights, StringComparison.Ordinal)
            ? answer(context, count)
            : Task.FromResult(false);

    private static IEnumerable<Seen> Gets(HubWorld world) =>
        world.Server.Requests.Where(r => r.Method == "GET" && r.Path.EndsWith(Weights, StringComparison.Ordinal));

    private static string Partial(HubWorld world) =>
        Path.Combine(world.Root, "blobs", HubServer.Sha256(world.Server.Files[Weights]) + ".incomplete");
}
