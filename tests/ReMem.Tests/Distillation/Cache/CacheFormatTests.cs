using System.Text.Json.Nodes;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

/// <summary>
/// Names and files of caches as they were first written. Whatever changes them makes every cache that a person has useless.
/// </summary>
public sealed class CacheFormatTests : IDisposable
{
    private static readonly TeacherCacheKey Key =
        new(new Dictionary<string, string> { ["precision"] = "float32", ["teacher weights"] = "w", ["training images"] = "d" });
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("kl", "resnet20", 0, "52bb40bfd2d9945e")]
    [InlineData("kl", "resnet20", 2, "046b33da0e270091")]
    [InlineData("kl", "resnet20", 3, "52bb40bfd2d9945e")]
    [InlineData("kl + hint", "resnet20", 0, "c0a40f51b45b2659")]
    [InlineData("kl + tokens", "resnet20", 1, "b48af1ae80de4f19")]
    [InlineData("kl + attention", "vit_pico_patch4_32", 0, "75cd71da580878f8")]
    [InlineData("kl + attention", "vit_tiny_patch16_224", 0, "db1357dbe86d00fb")]
    [InlineData("kl + hint + tokens + attention", "vit_pico_patch4_32", 2, "1843d2922efb3563")]
    public void A_cache_has_the_folder_that_it_always_had(string objective, string student, int topK, string name)
    {
        using ImageModel teacher = Teacher();
        Assert.Equal(name, Path.GetFileName(TeacherCache.FolderOf(_folder.Path, Key, teacher, Kept(teacher, objective, student, topK))));
    }

    [Theory]
    [InlineData("kl", 0, 0, "null")]
    [InlineData(
        "kl + hint + tokens + attention", 2, 128,
        "{'token_grid':8,'token_width':128,'attention_grid':8,'attention_heads':4,'class_token':true}")]
    public void Its_manifest_says_what_it_always_said(string objective, int topK, int features, string maps)
    {
        using ImageModel teacher = Teacher();
        TeacherCache.OpenOrCreate(_folder.Path, Key, Loader(), Kept(teacher, objective, "vit_pico_patch4_32",
            topK), TinyCache.Origin).Dispose();
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(_folder.File("cache.json")))!.AsObject();
        manifest.Remove("created");
        string key = "{'precision':'float32','teacher weights':'w','training images':'d'}";
        string origin = "{'teacher':null,'recipe':null,'seed':0,'classes':['a','b','c']}";
        Assert.Equal(
            $"{{'format':'remem teacher cache "
                + $"1','key':{key},'classes':3,'features':{features},'top_k':{topK},'slots':12,'shard_slots':1024,"
                + $"'origin':{origin},'maps':{maps}}}",
            manifest.ToJsonString().Replace('"', '\''));
    }

    private static ImageModel Teacher() => ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 3, ImageSize = 32 });

    private static TargetSpec Kept(ImageModel teacher, string objective, string student, int topK)
    {
        using ImageModel learns = ModelCatalogue.Create(student, new ModelOptions { NumClasses = 3, ImageSize = 32 });
        return TargetSpec.Of(DistillationObjective.Parse(objective), learns, 32, teacher, topK);
    }
}
