using System.Text;
using System.Text.Json;
using ReMem.Models;
using ReMem.Recipes.Stages;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class WeightSourceTests
{
    [Theory]
    [InlineData("hf-hub:a/b", true)]
    [InlineData("hf_hub:a/b", true)]
    [InlineData("https://a/b.bin", true)]
    [InlineData("HTTPS://a/b.bin", true)]
    [InlineData("local-dir:a", false)]
    [InlineData("a/b.safetensors", false)]
    [InlineData("C:\\a\\b.safetensors", false)]
    public void Remote_sources_are_distinguished_from_paths(string source, bool remote) =>
        Assert.Equal(remote, WeightSource.IsRemote(source));

    [Fact]
    public void Paths_stay_as_they_are_and_folders_give_their_weights()
    {
        using var folder = new TemporaryFolder();
        var source = new WeightSource(new HubOptions { Offline = true });
        Assert.Equal("some/file.pth", source.ResolveFile("some/file.pth"));
        Assert.Equal("some/folder", source.ResolveFolder("some/folder"));
        Assert.Equal(folder.Path, source.ResolveFolder($"local-dir:{folder.Path}"));
        Assert.Contains("none of model.safetensors", Assert.Throws<InputException>(() => source.ResolveFile(folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => source.ResolveFile("local-dir:nowhere")).Message,
            StringComparison.Ordinal);
        string[] names = ["open_clip_pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model.bin", "open_clip_model.safetensors",
            "model.safetensors.index.json", "model.safetensors"];
        foreach (string name in names)
        {
            // Each is preferred to those before it.
            File.WriteAllText(folder.File(name), "x");
            Assert.Equal(folder.File(name), source.ResolveFile($"local-dir:{folder.Path}"));
            Assert.Equal(folder.File(name), new WeightSource().ResolveFile(folder.Path));
        }
    }

    [Fact]
    public void Where_a_download_fails_the_remedy_names_the_way_without_a_network()
    {
        using var folder = new TemporaryFolder();
        var options = new HubOptions { Offline = true, HubCache = folder.Path, UrlCache = folder.Path };
        string Remedy(WeightSource source, string from = "hf-hub:me/model") =>
            Assert.Throws<InputException>(() => source.ResolveFile(from)).Remedy!;
        Assert.DoesNotContain("Without a network", Remedy(new WeightSource(options)), StringComparison.Ordinal);
        Assert.EndsWith("Without a network: download it elsewhere and give --weights FILE.",
            Remedy(new WeightSource(options) { LocalOption = "--weights FILE" }), StringComparison.Ordinal);
        Assert.DoesNotContain("Without a network",
            Remedy(new WeightSource(options) { LocalOption = "--weights FILE" }, "local-dir:missing"), StringComparison.Ordinal);
        ReMem.Recipes.Recipe recipe = ReMem.Recipes.RecipeReader.Parse("name: x", "x",
            ["data.source=photos", "teacher.weights=hf-hub:me/model"]);
        InputException e = Assert.Throws<InputException>(() => StageChecks.FetchWeights(recipe, new WeightSource(options), default));
        Assert.EndsWith("give teacher.weights=FILE.", e.Remedy, StringComparison.Ordinal);
        recipe = recipe with { Teacher = new(), Student = recipe.Student with { Weights = "hf-hub:me/model" } };
        e = Assert.Throws<InputException>(() => StageChecks.FetchWeights(recipe, new WeightSource(options), default));
        Assert.EndsWith("give student.weights=FILE.", e.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/x.safetensors", "'s3://'")]
    [InlineData("http://example.org/x.safetensors", "unencrypted")]
    [InlineData("https://user:s3cret@example.org/x", "user name")]
    [InlineData("https://", "not an address")]
    [InlineData("https://example.org/model.safetensors.index.json", "shards")]
    public void Other_places_are_refused(string source, string what)
    {
        using var world = new HubWorld();
        Assert.Contains(what, world.Fails<InputException>(source).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_no_model_folder_unless_it_is_the_hubs()
    {
        using var world = new HubWorld();
        Assert.Contains("not a model folder",
            world.Fails<InputException>("https://example.org/x", s => world.Source().ResolveFolder(s)).Message, StringComparison.Ordinal);
        string snapshot = Path.Combine(world.Root, "snapshots", world.Server.Commit);
        Assert.Equal(snapshot, world.Source().ResolveFolder($"{world.Server.Address}me/model/tree/main"));
        Assert.Equal(Path.Combine(snapshot, "config.json"), world.Resolve($"{world.Server.Address}me/model/blob/main/config.json"));
    }

    [Fact]
    public void A_shard_comes_with_every_index()
    {
        using var world = new HubWorld();
        world.Server.Files.Remove("model.safetensors");
        string[] shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        for (int i = 0; i < shards.Length; i++)
            world.Server.Files[shards[i]] = HubServer.Noise(5000, i);
        Index(world, ("a", shards[0]), ("b", shards[1]), ("c", shards[0]));
        string index = world.Resolve();
        Assert.Equal("model.safetensors.index.json", Path.GetFileName(index));
        foreach (string shard in shards)
            Assert.Equal(world.Server.Files[shard], File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(index)!, shard)));

        world.Server.Files.Remove(shards[1]);
        Directory.Delete(world.Options.HubCache, recursive: true);
        Assert.Contains(shards[1], world.Fails<InputException>().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/x.safetensors")]
    [InlineData("..\\x")]
    [InlineData("")]
    public void An_index_names_only_files_next_to_it(string shard)
    {
        using var world = new HubWorld();
        world.Server.Files.Remove("model.safetensors");
        Index(world, ("a", shard));
        Assert.Contains("not a file next to it", world.Fails<InputException>().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"weight_map\": 3}")]
    [InlineData("{\"weight_map\": {\"a\": 1}}")]
    [InlineData("not json")]
    public void What_is_no_index_is_reported(string text)
    {
        using var world = new HubWorld();
        world.Server.Files.Remove("model.safetensors");
        world.Server.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(text);
        Assert.Contains("not an index of shards", world.Fails<InputException>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_folder_needs_its_config()
    {
        using var world = new HubWorld();
        world.Server.Files.Remove("config.json");
        Assert.Contains("has no config.json", world.Fails<InputException>(resolve: s => world.Source().ResolveFolder(s)).Message,
            StringComparison.Ordinal);
        Assert.True(File.Exists(world.Resolve()));
    }

    [Fact]
    public void A_model_of_the_hub_loads_and_predicts_as_the_one_that_was_uploaded()
    {
        using var world = new HubWorld();
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 3 });
        string folder = world.File("uploaded");
        ModelFolder.Save(folder, model, ["a", "b", "c"]);
        foreach (string file in new[] { "config.json", "model.safetensors" })
            world.Server.Files[file] = File.ReadAllBytes(Path.Combine(folder, file));
        (ImageModel loaded, IReadOnlyList<string> labels) = ModelFolder.Load(world.Source().ResolveFolder("hf-hub:me/model"));
        using (loaded)
        {
            Assert.Equal(["a", "b", "c"], labels);
            Assert.True(loaded.state_dict()["conv1.weight"].eq(model.state_dict()["conv1.weight"]).all().item<bool>());
        }
    }

    private static void Index(HubWorld world, params (string Tensor, string File)[] map) =>
        world.Server.Files["model.safetensors.index.json"] =
            JsonSerializer.SerializeToUtf8Bytes(new { weight_map = map.ToDictionary(m => m.Tensor, m => m.File) });
}
