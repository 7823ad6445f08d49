using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation.Cache;
using ReMem.Models;
using ReMem.Runtime;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public sealed class TeacherCacheBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _teacher = Model(seed: 8);

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_build_that_is_stopped_goes_on_with_what_is_missing_and_ends_with_the_same_bytes()
    {
        using TeacherCacheBuilder whole = TinyCache.Builder(_folder.File("whole"), _teacher);
        Assert.Equal(6, whole.Build(2));

        using var stop = new CancellationTokenSource();
        int images = 0;
        using TeacherCacheBuilder cut = TinyCache.Builder(_folder.File("cut"), _teacher, progress: new Watcher(r =>
        {
            // In the midst of the second shard of the first view.
            images = r is StepProgress step ? step.Batch : images;
            if (images == 10)
                stop.Cancel();
        }));
        Assert.ThrowsAny<OperationCanceledException>(() => cut.Build(2, stop.Token));
        Assert.Equal([(0, 0), (0, 1)], cut.Cache.PresentShards());
        Func<int> passes = TinyCache.CountPasses(_teacher);
        Assert.Equal(4, cut.Build(2));
        Assert.Equal(4, passes());
        Assert.Equal(0, cut.Build(2));
        Assert.Equal(TinyCache.Shards(_folder.File("whole")), TinyCache.Shards(_folder.File("cut")));
    }

    [Fact]
    public void More_views_are_added_to_those_that_are_there()
    {
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher);
        builder.Build(1);
        byte[] first = TinyCache.Shards(_folder.Path)[Path.Combine("view-00000", "shard-00000.bin")];
        Assert.Equal(6, builder.Build(3));
        Assert.Equal(first, TinyCache.Shards(_folder.Path)[Path.Combine("view-00000", "shard-00000.bin")]);
    }

    [Fact]
    public async Task Two_builders_share_the_work_and_each_shard_is_computed_once()
    {
        using ImageModel same = Model(seed: 8);
        Func<int> first = TinyCache.CountPasses(_teacher), second = TinyCache.CountPasses(same);
        using TeacherCacheBuilder a = TinyCache.Builder(_folder.Path, _teacher), b = TinyCache.Builder(_folder.Path, same);
        int[] built = await Task.WhenAll(Task.Run(() => a.Build(8)), Task.Run(() => b.Build(8)));
        Assert.Equal(24, built.Sum());
        Assert.Equal(24, first() + second());
        Assert.Equal((8, 24), (a.Cache.CompleteViews(), TinyCache.Shards(_folder.Path).Count));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories),
            f => f.EndsWith(".claim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shard_that_another_claims_is_waited_for_and_taken_over_when_that_one_dies()
    {
        var told = new TaskCompletionSource();
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher, progress: new Watcher(r =>
        {
            if (r.Message?.Contains("another process builds view 1", StringComparison.Ordinal) == true)
                told.TrySetResult();
        }));
        IDisposable claim = FileLock.TryTake(builder.Cache.ClaimPath(0, 1), leave: false)!;
        // What a process that was killed in the midst of writing leaves.
        string remains = builder.Cache.ShardPath(0, 1) + ".123-abc.tmp";
        File.WriteAllText(remains, "half");
        Task<int> build = Task.Run(() => builder.Build(1));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([(0, 0), (0, 2)], builder.Cache.PresentShards());
        claim.Dispose();
        Assert.Equal(3, await build);
        Assert.False(File.Exists(remains));
    }

    [Theory]
    [InlineData(0, 12, 5)]
    [InlineData(0.4, 12, 4)]
    public void Shards_of_mixed_images_hold_whole_batches(double mixup, int slots, int shardSlots)
    {
        var loader = new BatchLoader(Source(14), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Seed = 9, Shuffle = true, DropLast = true, MixupAlpha = mixup });
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher, loader);
        Assert.Equal((mixup > 0 ? slots : 14, shardSlots), (builder.Cache.Manifest.Slots, builder.Cache.Manifest.ShardSlots));
        builder.Build(1);
        Assert.Equal(1, builder.Cache.CompleteViews());
    }

    [Fact]
    public void Building_leaves_no_tensor_behind()
    {
        CollectGarbage();
        using TeacherCacheBuilder builder = TinyCache.Builder(_folder.Path, _teacher,
            spec: TinyCache.Spec(_teacher, features: true, topK: 2));
        builder.Build(1);
        long before = TorchSharp.torch.Tensor.TotalCount;
        builder.Build(3);
        TensorCount.HasNotGrown(before, TorchSharp.torch.Tensor.TotalCount);
    }
}
