using System.Diagnostics;
using ReMem.Data;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Cache;

/// <summary>
/// Runs a teacher once over the views that a cache lacks. A shard is claimed by a lock file while it is computed, so that processes on one
/// cache share the work; the claim of a killed one is released.
/// </summary>
/// <param name="cache">Owned: disposed with the builder.</param>
/// <param name="teacher">The teacher of its outputs; put in eval mode.</param>
/// <param name="loader">Makes the views.</param>
/// <param name="stage">Named in progress.</param>
/// <param name="progress">Receives progress.</param>
internal sealed class TeacherCacheBuilder(TeacherCache cache, ImageModel teacher, BatchLoader loader, string stage,
    IProgress<ProgressReport>? progress) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The cache.</summary>
    public TeacherCache Cache => cache;

    /// <summary>Builds missing views.</summary>
    /// <param name="views">Number of views, from the first on.</param>
    /// <param name="cancellationToken">Stops between batches; finished shards stay.</param>
    /// <returns>Shards that were built here; other processes may have built others meanwhile.</returns>
    /// <exception cref="InputException">The disk has not enough space, or an image cannot be read.</exception>
    public int Build(int views, CancellationToken cancellationToken = default)
    {
        cache.RequireSpace(views);
        int built = 0;
        for (int view = 0; view < views; view++)
            built += BuildView(view, views, cancellationToken);
        return built;
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Dispose();

    /// <summary>Builds one view, and returns when it is complete.</summary>
    internal int BuildView(int view, int views, CancellationToken cancellationToken)
    {
        List<int> left = [.. Enumerable.Range(0, cache.Shards).Where(shard => !cache.Has(view, shard))];
        if (left.Count == 0)
            return 0;
        int built = 0;
        bool reported = false;
        var clock = Stopwatch.StartNew();
        while (left.Count > 0)
        {
            int before = left.Count;
            foreach (int shard in left.ToArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                using IDisposable? claim = cache.Has(view, shard) ? null : FileLock.TryTake(cache.ClaimPath(view, shard), leave: false);
                if (claim is not null && !cache.Has(view, shard))
                {
                    Write(view, views, shard, cancellationToken);
                    built++;
                }

                if (cache.Has(view, shard))
                    left.Remove(shard);
            }

            if (left.Count < before)
                continue;
            if (!reported)
                progress?.Report(new MessageProgress(stage, $"another process builds view {view + 1} of the teacher cache; waiting"));
            reported = true;
            cancellationToken.WaitHandle.WaitOne(PollInterval);
        }

        if (built > 0)
        {
            int images = cache.Manifest.Slots;
            progress?.Report(new MessageProgress(stage, FormattableString.Invariant(
                $"teacher cache: view {view + 1} of {views} built, {images} images in {clock.Elapsed.TotalSeconds:0.0} s")));
        }

        return built;
    }

    private void Write(int view, int views, int shard, CancellationToken cancellationToken)
    {
        (int first, int count) = cache.Range(shard);
        string path = cache.ShardPath(view, shard);
        foreach (string remains in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*.tmp"))
            File.Delete(remains);
        var rows = new byte[checked(count * cache.Row.Bytes)];
        int at = 0, done = 0;
        var clock = Stopwatch.StartNew();
        teacher.eval();
        foreach (Batch batch in loader.Slots(view, first, count))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                byte[] encoded =
                    cache.Row.Encode(TeacherOutputs.Of(teacher, batch, cache.Manifest.Spec, cache.Key.Precision));
                encoded.CopyTo(rows, at);
                at += encoded.Length;
                done += batch.Count;
                Tick(view, views, first + done, done / clock.Elapsed.TotalSeconds);
            }
        }

        CacheShard.Write(path, cache.Describe(view, shard), rows);
    }

    private void Tick(int view, int views, int done, double rate)
    {
        double left = ((double)(views - view) * cache.Manifest.Slots) - done;
        progress?.Report(new StepProgress(stage, view + 1, views, done, cache.Manifest.Slots, null, rate, left / rate));
    }
}
