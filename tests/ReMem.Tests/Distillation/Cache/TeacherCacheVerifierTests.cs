using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public sealed class TeacherCacheVerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _teacher = Model(seed: 8);

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, false, 0)]
    [InlineData(0, true, 0.5)]
    [InlineData(1, false, 0)]
    public void A_sound_cache_agrees_with_its_teacher(int top, bool features, double mixup)
    {
        BatchLoader loader = Batches(mixup);
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher, loader,
            TinyCache.Spec(_teacher, features, top));
        builder.Build(2);
        File.Delete(builder.Cache.ShardPath(1, 1));
        TeacherCacheCheck check = Verify(builder.Cache, loader);
        Assert.True(check.Passed);
        Assert.Equal((2 * builder.Cache.Shards - 1, 1), (check.Shards, check.MissingShards));
        Assert.InRange(check.Samples, 1, 24);
        Assert.InRange(check.MaxKl, 0, 1e-5);
        Assert.Equal((1, 1), (check.Top1Agreement, check.Top5Agreement));
        Assert.Equal(top > 0, check.RestKl > 0);
        Assert.Equal(features, check.FeatureDifference is not null);
    }

    [Fact]
    public void Tokens_and_attention_are_compared_too()
    {
        using ImageModel teacher = Models.TinyTransformers.Make("vit_base_patch16_224", new ModelOptions { ImageSize = 32 }, 8);
        BatchLoader loader = Batches(0);
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, teacher, loader,
            TinyCache.Spec(teacher, maps: new MapSpec(4, 16, 2, 2, true)));
        builder.Build(1);
        TeacherCache cache = builder.Cache;
        TeacherCacheCheck Again() =>
            new TeacherCacheVerifier(new()).Run(cache, TeacherCacheKey.Of(teacher, loader, "data"), teacher, loader);
        TeacherCacheCheck check = Again();
        Assert.True(check.Passed);
        Assert.InRange(check.MapDifference!.Value, 1e-6, 1e-3);

        // Sound shards whose last quarter, attention, is other images'.
        int row = cache.Row.Bytes;
        for (int shard = 0; shard < cache.Shards; shard++)
        {
            byte[][] rows = [.. File.ReadAllBytes(cache.ShardPath(0, shard))[CacheShard.HeaderBytes..].Chunk(row)];
            CacheShard.Write(
                cache.ShardPath(0, shard),
                cache.Describe(0, shard),
                rows.Select((r, i) => (byte[])[.. r[..(row * 3 / 4)], .. rows[(i + 1) % rows.Length][(row * 3 / 4)..]]).SelectMany(r => r)
                    .ToArray());
        }

        check = Again();
        Assert.Equal((false, 1), (check.Passed, check.Top1Agreement));
        Assert.True(check.MapDifference > 0.01, $"{check.MapDifference}");
    }

    [Fact]
    public void what_half_precision_cost_is_reported_against_full_precision()
    {
        BatchLoader loader = Batches(0);
        TeacherCacheKey key = TeacherCacheKey.Of(_teacher, loader, "data", Precision.Bf16);
        TeacherCache cache = TeacherCache.OpenOrCreate(_folder.Path, key, loader, TinyCache.Spec(_teacher),
            new TeacherCacheOrigin(null, null, 0, []), TinyCache.ShardSlots);
        using var builder = new TeacherCacheBuilder(cache, _teacher, loader, "test", null);
        builder.Build(1);
        TeacherCacheCheck check = new TeacherCacheVerifier(new()).Run(cache, key, _teacher, loader);
        // Rounding to 16 bits alone costs below 1e-8 here.
        Assert.InRange(check.MeanKl, 1e-7, 1e-3);
    }

    [Fact]
    public void A_cache_that_says_something_else_fails()
    {
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher);
        builder.Build(1);
        // Sound shards with the rows of other images.
        TeacherCache cache = builder.Cache;
        byte[] rows = File.ReadAllBytes(cache.ShardPath(0, 0))[CacheShard.HeaderBytes..];
        int row = cache.Row.Bytes;
        CacheShard.Write(cache.ShardPath(0, 0), cache.Describe(0, 0),
            rows.Chunk(row).Select(r => r.Chunk(2).Reverse().SelectMany(b => b).ToArray()).SelectMany(r => r).ToArray());
        TeacherCacheCheck check = Verify(cache, Batches(0));
        Assert.False(check.Passed);
        Assert.True(check.MeanKl > 1e-3, $"{check.MeanKl}");
        Assert.True(check.Top1Agreement < 0.9, $"{check.Top1Agreement}");
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher);
        Assert.Contains("is empty", Assert.Throws<InputException>(() => Verify(builder.Cache, Batches(0))).Message,
            StringComparison.Ordinal);
        builder.Build(1);
        using ImageModel other = Model(seed: 9);
        BatchLoader loader = Batches(0);
        Assert.Contains("its teacher weights are others", Assert.Throws<InputException>(
            () => new TeacherCacheVerifier(new()).Run(builder.Cache, TeacherCacheKey.Of(other, loader, "data"), other, loader)).Message,
            StringComparison.Ordinal);
        string file = builder.Cache.ShardPath(0, 2);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(file, Assert.Throws<InputException>(() => Verify(builder.Cache, loader, samples: 1)).Where);
        Assert.Contains("Samples", Assert.Throws<InputException>(() => Verify(builder.Cache, loader, samples: 0)).Message,
            StringComparison.Ordinal);
    }

    private TeacherCacheCheck Verify(TeacherCache cache, BatchLoader loader, int samples = 1000) =>
        new TeacherCacheVerifier(new() { Samples = samples })
        .Run(cache, TeacherCacheKey.Of(_teacher, loader, "data"), _teacher, loader);

    private static BatchLoader Batches(double mixup) =>
        new(Source(12), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Shuffle = true, DropLast = true, Seed = 9, MixupAlpha = mixup });
}
