using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using TorchSharp;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public sealed class CachedTargetsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _teacher = Model(seed: 8);

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(0.4, false)]
    public void They_are_the_live_ones_up_to_16_bits_in_whatever_order_views_come(double mixup, bool features)
    {
        using DisposeScope scope = NewDisposeScope();
        BatchLoader loader = Batches(mixup);
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher, loader,
            TinyCache.Spec(_teacher, features));
        using var cached = new CachedTargets(builder, 2, TinyCache.Spec(_teacher, features), default);
        using var live = new TeacherTargets(_teacher, 14, 0, features);
        Func<int> passes = TinyCache.CountPasses(_teacher);
        foreach (int epoch in new[] { 0, 1, 2, 5 })
        {
            int before = passes();
            foreach (Batch batch in loader.Epoch(epoch, viewEpoch: epoch % 2))
            {
                using (batch)
                {
                    BatchOutputs kept = cached.For(batch, epoch % 2), now = live.For(batch, epoch % 2);
                    Assert.Equal(mixup > 0, batch.Mix is not null);
                    Assert.True(allclose(now.Logits, kept.Logits, rtol: 2e-3, atol: 1e-3));
                    Assert.Equal(features, kept.Features is not null);
                    if (features)
                        Assert.True(allclose(now.Features!, kept.Features!, rtol: 2e-3, atol: 1e-3));
                }
            }

            if (!features)
                Assert.Equal(loader.BatchesPerEpoch + (epoch > 1 ? 0 : builder.Cache.Shards), passes() - before);
        }
    }

    [Fact]
    public void Each_shard_is_checked_once_and_a_damaged_one_is_reported()
    {
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher);
        builder.Build(2);
        string file = builder.Cache.ShardPath(1, 2);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 0x40;
        File.WriteAllBytes(file, bytes);
        using var cached = new CachedTargets(builder, 2, TinyCache.Spec(_teacher), default);
        using Batch batch = Batches(0).Epoch(0).First();
        cached.For(batch, 0).Logits.Dispose();
        InputException error = Assert.Throws<InputException>(() => cached.For(batch, 1));
        Assert.Equal(file, error.Where);
        Assert.Contains("Delete the file", error.Remedy, StringComparison.Ordinal);

        File.Delete(file);
        cached.For(batch, 1).Logits.Dispose();
        Assert.True(builder.Cache.Has(1, 2));
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        CollectGarbage();
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher,
            spec: TinyCache.Spec(_teacher, features: true, topK: 1));
        builder.Build(1);
        using var cached = new CachedTargets(builder, 1, TinyCache.Spec(_teacher), default);
        using Batch batch = Batches(0).Epoch(0).First();
        cached.For(batch, 0).Logits.Dispose();
        long before = Tensor.TotalCount;
        cached.For(batch, 0).Logits.Dispose();
        TensorCount.HasNotGrown(before, Tensor.TotalCount);
    }

    private static BatchLoader Batches(double mixup) => mixup == 0
        ? Loader()
        : new(Source(14), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Shuffle = true, DropLast = true, Seed = 9, MixupAlpha = mixup });
}
