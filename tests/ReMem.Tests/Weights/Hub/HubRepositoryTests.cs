using Microsoft.AspNetCore.Http;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class HubRepositoryTests
{
    [Fact]
    public void The_cache_has_the_layout_of_huggingface_hub()
    {
        using var world = new HubWorld();
        string path = world.Resolve();
        string commit = world.Server.Commit;
        byte[] bytes = world.Server.Files["model.safetensors"];
        string blob = HubServer.Sha256(bytes);
        Assert.Equal(Path.Combine(world.Root, "snapshots", commit, "model.safetensors"), path);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal(commit, File.ReadAllText(Path.Combine(world.Root, "refs", "main")));
        string[] blobs = [.. Directory.EnumerateFiles(Path.Combine(world.Root, "blobs")).Select(f => Path.GetFileName(f)!)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(new[] { blob, HubServer.GitHash(world.Server.Files["config.json"]) }.Order(StringComparer.Ordinal), blobs);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(Path.Combine("..", "..", "blobs", blob), new FileInfo(path).LinkTarget);
        Assert.True(File.Exists(Path.Combine(world.Options.HubCache, ".locks", "models--me--model", blob + ".lock")));
    }

    [Fact]
    public void What_huggingface_hub_downloaded_is_used()
    {
        using var world = new HubWorld();
        string commit = world.Server.Commit;
        string snapshot = Path.Combine(world.Root, "snapshots", commit);
        foreach ((string file, byte[] bytes) in world.Server.Files)
        {
            string blob = world.Server.Small.Contains(file) ? HubServer.GitHash(bytes) : HubServer.Sha256(bytes);
            Write(Path.Combine(world.Root, "blobs", blob), bytes);
            Directory.CreateDirectory(snapshot);
            File.CreateSymbolicLink(Path.Combine(snapshot, file), $"../../blobs/{blob}");
        }

        Write(Path.Combine(world.Root, "refs", "main"), System.Text.Encoding.ASCII.GetBytes(commit));
        Assert.Equal(Path.Combine(snapshot, "model.safetensors"), world.Resolve());
        Assert.DoesNotContain(world.Server.Requests, r => r.Method == "GET");

        // A commit never changes: there is nothing to ask.
        world.Server.Requests.Clear();
        Assert.Equal(Path.Combine(snapshot, "model.safetensors"), world.Resolve($"hf-hub:me/model@{commit}"));
        Assert.Empty(world.Server.Requests);

        // A blob that another revision brought is linked, not downloaded.
        world.Server.Commit = new string('d', 40);
        Assert.Equal(Path.Combine(world.Root, "snapshots", world.Server.Commit, "model.safetensors"), world.Resolve());
        Assert.DoesNotContain(world.Server.Requests, r => r.Method == "GET");
        Assert.Equal(world.Server.Commit, File.ReadAllText(Path.Combine(world.Root, "refs", "main")));
    }

    [Fact]
    public void A_blob_that_was_cut_short_is_downloaded_again()
    {
        using var world = new HubWorld();
        byte[] bytes = world.Server.Files["model.safetensors"];
        string path = world.Resolve();
        File.WriteAllBytes(Path.Combine(world.Root, "blobs", HubServer.Sha256(bytes)), bytes[..1000]);
        Assert.Equal(path, world.Resolve());
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void Without_links_the_snapshot_has_copies()
    {
        using var world = new HubWorld();
        world.Options = world.Options with { Symlinks = false };
        string path = world.Resolve();
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(world.Server.Files["model.safetensors"], File.ReadAllBytes(path));
        world.Resolve();
        Assert.Equal(1, world.Server.Count("GET", "model.safetensors"));
    }

    [Fact]
    public void The_second_time_only_headers_are_asked_for_and_all_files_are_of_one_commit()
    {
        using var world = new HubWorld();
        world.Resolve();
        Assert.All(world.Server.Requests.Where(r => r.Method == "GET"),
            r => Assert.Contains(world.Server.Commit, r.Path, StringComparison.Ordinal));
        world.Server.Requests.Clear();
        WeightSource source = world.Source();
        string first = source.ResolveFile("hf-hub:me/model");
        Assert.All(world.Server.Requests, r => Assert.Equal("HEAD", r.Method));
        world.Server.Requests.Clear();

        // The branch moves on: the same object keeps to its answer.
        world.Server.Commit = new string('d', 40);
        world.Server.Files["model.safetensors"] = HubServer.Noise(1000, 2);
        Assert.Equal(first, source.ResolveFile("hf-hub:me/model"));
        Assert.Empty(world.Server.Requests);
        Assert.NotEqual(first, world.Resolve());
    }

    [Fact]
    public void Offline_uses_the_cache_and_asks_nobody()
    {
        using var world = new HubWorld();
        string path = world.Resolve();
        world.Server.Requests.Clear();
        Assert.Equal(path, new WeightSource(world.Options) { Offline = true }.ResolveFile("hf-hub:me/model"));
        world.Options = world.Options with { Offline = true };
        Assert.Equal(path, world.Resolve());
        Assert.Equal(Path.GetDirectoryName(path), world.Source().ResolveFolder("hf-hub:me/model"));
        Assert.Contains("downloading is switched off", world.Fails<InputException>("hf-hub:me/model@v2").Message, StringComparison.Ordinal);
        Assert.Contains("pytorch_model.bin", world.Fails<InputException>("hf-hub:me/other").Message, StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Fact]
    public void A_dead_server_is_no_matter_where_the_files_are_cached()
    {
        using var world = new HubWorld();
        string path = world.Resolve();
        world.Server.Instead = (context, _) => HubServer.Refuse(context, 503);
        world.Server.Requests.Clear();
        Assert.Equal(path, world.Resolve());
        Assert.Single(world.Server.Requests);
        Assert.Contains("the cached commit ccccccc is used", world.Lines, StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_is_noted_only_when_all_its_files_are_there()
    {
        using var world = new HubWorld();
        string path = world.Resolve();
        world.Server.Commit = new string('d', 40);
        world.Server.Files["model.safetensors"] = HubServer.Noise(1000, 2);
        world.Server.Instead = (context, _) =>
            HttpMethods.IsGet(context.Request.Method) ? HubServer.Refuse(context, 500) : Task.FromResult(false);
        world.Fails<ReMemException>();
        world.Options = world.Options with { Offline = true };
        Assert.Equal(path, world.Resolve());
    }

    [Theory]
    [InlineData(401, "RepoNotFound", "that the token may read", "HF_TOKEN")]
    [InlineData(401, "GatedRepo", "is gated by its owners", "/me/model with the account of your token")]
    [InlineData(403, "GatedRepo", "is gated by its owners", "/me/model")]
    [InlineData(403, null, "refuses access to 'me/model'", "/me/model")]
    [InlineData(404, "RepoNotFound", "no repository 'me/model'", "owner and name")]
    [InlineData(404, "RevisionNotFound", "no revision 'main'", "branches")]
    [InlineData(404, "EntryNotFound", "has no model.safetensors,", "its address")]
    [InlineData(404, null, "no repository 'me/model'", "owner and name")]
    public void A_refusal_says_what_it_means(int status, string? code, string what, string remedy)
    {
        using var world = new HubWorld();
        world.Server.Instead = (context, _) => HubServer.Refuse(context, status, code);
        InputException error = world.Fails<InputException>();
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy!, StringComparison.Ordinal);
        Assert.True(world.Server.Requests.Count <= WeightsFormat.InFolder.Count, "a refusal is not asked for twice");
    }

    [Fact]
    public void Without_a_token_the_remedy_says_where_to_get_access()
    {
        using var world = new HubWorld();
        world.Options = world.Options with { Token = null };
        world.Server.Instead = (context, _) => HubServer.Refuse(context, 401);
        Assert.Contains($"Ask for access at {world.Server.Address}me/model, then set HF_TOKEN", world.Fails<InputException>().Remedy!,
            StringComparison.Ordinal);
        Assert.All(world.Server.Requests, r => Assert.Null(r.Authorization));
    }

    [Theory]
    [InlineData(429, "limits the rate")]
    [InlineData(500, "has a fault (500)")]
    [InlineData(503, "has a fault (503)")]
    public void A_passing_fault_is_tried_again_and_reported_at_the_end(int status, string what)
    {
        using var world = new HubWorld();
        world.Server.Instead = (context, _) => HubServer.Refuse(context, status);
        Assert.Contains(what, world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        Assert.Equal(world.Options.Attempts, world.Server.Requests.Count);

        world.Server.Requests.Clear();
        world.Server.Instead = (context, count) => count <= 2 ? HubServer.Refuse(context, status) : Task.FromResult(false);
        Assert.True(File.Exists(world.Resolve()));
        Assert.Contains("trying again", world.Lines, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "7")]
    [InlineData("RateLimit", "\"resolvers\";r=0;t=7")]
    public void The_server_says_how_long_to_wait(string header, string value)
    {
        using var world = new HubWorld();
        world.Options = world.Options with { MaxPauseSeconds = 6 };
        world.Server.Instead = (context, _) =>
        {
            context.Response.Headers[header] = value;
            return HubServer.Refuse(context, 429);
        };
        Assert.Contains("asks to wait 7 s", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        Assert.Single(world.Server.Requests);
    }

    [Fact]
    public void No_server_and_none_that_answers_are_reported()
    {
        using var world = new HubWorld();
        world.Options = world.Options with { Attempts = 2, ResponseSeconds = 0.2 };
        world.Server.Instead = async (context, _) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { });
            return true;
        };
        Assert.Contains("did not answer within 0.2 s", world.Fails<ReMemException>().Message, StringComparison.Ordinal);
        world.Options = world.Options with { Endpoint = new Uri("http://127.0.0.1:1"), ResponseSeconds = 20 };
        Assert.Equal("127.0.0.1:1 cannot be reached.", world.Fails<ReMemException>().Message);
    }

    [Fact]
    public void Another_kind_of_server_is_distinguished_from_a_hub()
    {
        using var world = new HubWorld();
        world.Server.Instead = async (context, _) =>
        {
            await context.Response.WriteAsync("hello");
            return true;
        };
        ReMemException error = world.Fails<ReMemException>();
        Assert.Contains("is not a hub", error.Message, StringComparison.Ordinal);
        Assert.Contains("HF_ENDPOINT", error.Remedy!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_is_a_path_stays_inside_the_cache()
    {
        using var world = new HubWorld();
        world.Server.Instead = (context, _) =>
        {
            context.Response.OnStarting(() =>
            {
                if (context.Request.Path.Value!.EndsWith("model.safetensors", StringComparison.Ordinal))
                    context.Response.Headers["X-Linked-Etag"] = "\"../../../../escaped\"";
                return Task.CompletedTask;
            });
            return Task.FromResult(false);
        };
        string path = world.Resolve();
        Assert.Equal(world.Server.Files["model.safetensors"], File.ReadAllBytes(path));
        Assert.StartsWith("etag-", Path.GetFileName(new FileInfo(path).LinkTarget), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(world.Options.HubCache, "escaped*", SearchOption.AllDirectories));
        Assert.False(File.Exists(world.File("escaped")));
    }

    [Fact]
    public void A_file_that_the_repository_lacks_is_asked_for_once()
    {
        using var world = new HubWorld();
        world.Server.Files.Remove("config.json");
        world.Server.Files["pytorch_model.bin"] = world.Server.Files["model.safetensors"];
        world.Server.Files.Remove("model.safetensors");
        string source = $"hf-hub:me/model@{world.Server.Commit}";
        Assert.Equal("pytorch_model.bin", Path.GetFileName(world.Resolve(source)));
        Assert.True(File.Exists(Path.Combine(world.Root, ".no_exist", world.Server.Commit, "model.safetensors")));
        world.Server.Requests.Clear();
        Assert.Equal("pytorch_model.bin", Path.GetFileName(world.Resolve(source)));
        Assert.Empty(world.Server.Requests);
    }

    private static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
