using ReMem.Data;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public sealed class TeacherCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _teacher = Model(seed: 8);

    private TargetSpec Plain => TinyCache.Spec(_teacher);

    private TargetSpec Rich => TinyCache.Spec(_teacher, features: true);

    private string Folder => _folder.File("cache");

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_size_is_estimated_to_the_byte()
    {
        foreach (TargetSpec spec in new[] { Plain, Rich, Plain with { TopK = 1 } })
        {
            string folder = _folder.File($"{spec.Features} {spec.TopK}");
            using TeacherCacheBuilder builder = TinyCache.Builder(folder, _teacher, spec: spec);
            long estimated = TeacherCache.Estimate(Loader(), spec, 2, TinyCache.ShardSlots);
            Assert.Equal(estimated, builder.Cache.MissingBytes(2));
            Assert.Equal(3 + 3, builder.Build(2));
            Assert.Equal(estimated, TinyCache.Shards(folder).Values.Sum(b => (long)b.Length));
            Assert.Equal((estimated, 0), (builder.Cache.Bytes(2), builder.Cache.MissingBytes(2)));
            Assert.Equal(2, builder.Cache.CompleteViews());
        }
    }

    [Fact]
    public void A_cache_of_something_else_is_refused_part_by_part()
    {
        TinyCache.Open(Folder, _teacher).Dispose();
        using ImageModel other = Model(seed: 9);
        Refused(() => TinyCache.Open(Folder, other), "its teacher weights are others");
        Refused(() => TinyCache.Open(Folder, _teacher, data: "elsewhere"), "its training images are others");
        Refused(() => TinyCache.Open(Folder, _teacher, Loader(8)), "its number of images is 12, and 8 is wanted");
        Refused(() => TinyCache.Open(Folder, _teacher, spec: Plain with { TopK = 2 }),
            "it stores all logits, and the top 2 logits are needed");
        Refused(() => TinyCache.Open(Folder, _teacher, spec: Rich), "it stores no pooled features");
        TargetSpec all = TargetSpec.Of(DistillationObjective.Parse("kl"), null, 32, _teacher, topK: 3);
        TinyCache.Open(Folder, _teacher, spec: all, shardSlots: 7).Dispose();

        void Refused(Func<TeacherCache> open, string why)
        {
            InputException error = Assert.Throws<InputException>(open);
            Assert.StartsWith("The teacher cache does not fit: ", error.Message, StringComparison.Ordinal);
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
            Assert.Equal(Folder, error.Where);
        }
    }

    [Fact]
    public void Large_rows_make_smaller_shards()
    {
        var maps = new MapSpec(64, 8192, 0, 0, false);
        TargetSpec spec = Plain with { Maps = maps };
        using TeacherCache cache = TinyCache.Open(Folder, _teacher, spec: spec);
        Assert.Equal(3, cache.Manifest.ShardSlots);
        Assert.Equal(cache.Bytes(2), TeacherCache.Estimate(Loader(), spec, 2, TinyCache.ShardSlots));
        Assert.Equal(maps, TeacherCache.Peek(Folder).Manifest.Maps);
        InputException error = Assert.Throws<InputException>(() =>
            TeacherCache.Estimate(Loader(), spec with { Maps = maps with { TokenGrid = -1 } }, 2));
        Assert.Contains("TokenGrid", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) + 1)]
    public void A_number_of_images_per_file_out_of_range_is_refused(int shardSlots)
    {
        InputException error = Assert.Throws<InputException>(() => TinyCache.Open(Folder, _teacher, shardSlots: shardSlots));
        Assert.Equal($"The teacher cache option ShardSlots is {shardSlots}.", error.Message);
        Assert.Equal("It must be between 1 and 1048576.", error.Remedy);
    }

    [Fact]
    public void A_cache_with_features_serves_who_wants_none()
    {
        TinyCache.Open(Folder, _teacher, spec: Rich).Dispose();
        using TeacherCache cache = TinyCache.Open(Folder, _teacher);
        Assert.Equal(_teacher.NumFeatures, cache.Manifest.Features);
    }

    [Fact]
    public void A_folder_of_other_files_is_left_alone()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "holiday.txt"), "x");
        Assert.Contains(
            "not a teacher cache", Assert.Throws<InputException>(() => TinyCache.Open(Folder, _teacher)).Message, StringComparison.Ordinal);
        Assert.Contains("no cache.json", Assert.Throws<InputException>(() => TeacherCache.Open(Folder)).Message, StringComparison.Ordinal);
        Assert.Equal("x", File.ReadAllText(Path.Combine(Folder, "holiday.txt")));
    }

    [Theory]
    [InlineData("{", "not the JSON")]
    [InlineData("{\"format\":\"remem teacher cache "
        + "9\",\"key\":{},\"classes\":3,\"features\":0,\"top_k\":0,\"slots\":1,\"shard_slots\":1,"
            + "\"created\":\"2026-01-01T00:00:00Z\",\"origin\":{\"teacher\":null,\"recipe\":null,\"seed\":0,\"classes\":[]}}",
            "this program reads")]
    [InlineData(
        "{\"format\":\"remem teacher cache "
            + "1\",\"key\":{},\"classes\":3,\"features\":0,\"top_k\":0,\"slots\":0,\"shard_slots\":1,"
            + "\"created\":\"2026-01-01T00:00:00Z\",\"origin\":{\"teacher\":null,\"recipe\":null,\"seed\":0,\"classes\":[]}}",
            "invalid numbers")]
    public void A_damaged_manifest_is_reported(string json, string message)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "cache.json"), json);
        Assert.Contains(message, Assert.Throws<InputException>(() => TeacherCache.Open(Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_finds_its_folder_again_and_the_richer_one_where_only_that_is_there()
    {
        BatchLoader loader = Loader();
        TeacherCacheKey key = TeacherCacheKey.Of(_teacher, loader, "data");
        string Of(TargetSpec spec) => TeacherCache.FolderOf(_folder.Path, key, _teacher, spec);
        string plain = Of(Plain), rich = Of(Rich);
        Assert.Equal(3, new[] { plain, rich, Of(Plain with { TopK = 1 }) }.Distinct().Count());
        TeacherCache.OpenOrCreate(rich, key, loader, Rich, TinyCache.Origin).Dispose();
        Assert.Equal(rich, Of(Plain));
        TeacherCache.OpenOrCreate(plain, key, loader, Plain, TinyCache.Origin).Dispose();
        Assert.Equal(plain, Of(Plain));
    }
}
