using ReMem.Data;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Cache;

/// <summary>Checks every shard, and runs the teacher again on a sample of what a cache holds.</summary>
/// <param name="options">Sample and tolerances.</param>
internal sealed class TeacherCacheVerifier(TeacherCacheVerifierOptions options)
{
    private const int RunSlots = 64;
    private const double MaxDifference = 0.01;

    /// <summary>Compares.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="key">That of the teacher over the loader's views.</param>
    /// <param name="teacher">Put in eval mode.</param>
    /// <param name="loader">Makes the views.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InputException">The cache is another teacher's, of other views or of another data set, is empty,
    /// or a shard is damaged.</exception>
    public TeacherCacheCheck Run(TeacherCache cache, TeacherCacheKey key, ImageModel teacher, BatchLoader loader,
        CancellationToken cancellationToken = default)
    {
        DataOptions.Validate(options, "verify");
        cache.RequireKey(key);
        (int View, int Shard)[] present = [.. cache.PresentShards()];
        if (present.Length == 0)
            throw new InputException("The teacher cache is empty: no shard of it was built yet.", cache.Folder,
                "Build it with 'remem cache build', or by a training.");
        foreach ((int view, int shard) in present)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using CacheShard whole = CacheShard.Open(cache.ShardPath(view, shard), cache.Describe(view, shard), check: true);
        }

        teacher.eval();
        using DisposeScope scope = NewDisposeScope();
        var parts = new List<Comparison>();
        var random = new CounterRandom(options.Seed, "verify");
        int samples = 0;
        foreach ((int view, int shard, int first, int count) in Runs(cache, loader, present, ref random))
        {
            if (samples >= options.Samples)
                break;
            parts.Add(Compare(cache, teacher, loader, view, shard, first, count, cancellationToken));
            samples += count;
        }

        double Mean(Func<Comparison, Tensor> of) => cat([.. parts.Select(of)]).mean().item<double>();
        double kl = Mean(p => p.Kl), top1 = Mean(p => p.Top1), top5 = Mean(p => p.Top5);
        double? MeanOf(Func<Comparison, Tensor?> of) => of(parts[0]) is null ? null : Mean(p => of(p)!);
        double? features = MeanOf(p => p.Features), tokens = MeanOf(p => p.Tokens), attention = MeanOf(p => p.Attention);
        double? maps = tokens is null || attention is null ? tokens ?? attention : Math.Max(tokens.Value, attention.Value);
        return new TeacherCacheCheck(
            present.Length,
            (present.Select(p => p.View).Distinct().Count() * cache.Shards) - present.Length,
            samples,
            kl,
            cat([.. parts.Select(p => p.Kl)]).max().item<double>(),
            top1,
            top5,
            Mean(p => p.RestKl),
            features,
            maps,
            kl <= options.MaxKl && top1 >= options.MinAgreement && top5 >= options.MinAgreement && features is null or <= MaxDifference
                && maps is null or <= MaxDifference);
    }

    /// <summary>Stretches of slots, in a random order: whole batches where images are mixed.</summary>
    private static List<(int View, int Shard, int First, int Count)> Runs(TeacherCache cache, BatchLoader loader,
        (int View, int Shard)[] present, ref CounterRandom random)
    {
        int length = loader.IsMixed ? loader.Options.BatchSize : RunSlots;
        var runs = new List<(int, int, int, int)>();
        foreach ((int view, int shard) in present)
        {
            (int first, int count) = cache.Range(shard);
            for (int at = 0; at < count; at += length)
                runs.Add((view, shard, first + at, Math.Min(length, count - at)));
        }

        return [.. random.Permutation(runs.Count).Select(i => runs[i])];
    }

    private static Comparison Compare(
        TeacherCache cache, ImageModel teacher, BatchLoader loader, int view, int shard, int first, int count,
        CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        TargetSpec spec = cache.Manifest.Spec;
        TargetRow row = cache.Row;
        using CacheShard stored = CacheShard.Open(cache.ShardPath(view, shard), cache.Describe(view, shard), check: false);
        byte[] rows = [.. Enumerable.Range(first - cache.Range(shard).First, count).SelectMany(slot => stored.Row(slot).ToArray())];
        BatchOutputs kept = row.Decode(rows, count);
        var lives = new List<BatchOutputs>();
        foreach (Batch batch in loader.Slots(view, first, count))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // In full precision also where the cache was built in half of it: its rounding is to stay within the tolerance, too.
                lives.Add(TeacherOutputs.Of(teacher, batch, spec, Precision.Fp32));
            }
        }

        Tensor? Joined(Func<BatchOutputs, Tensor?> of) => of(lives[0]) is null ? null : cat([.. lives.Select(l => of(l)!)]);
        var live = new BatchOutputs(Joined(l => l.Logits)!,
            Joined(l => l.Features))
        { Tokens = Joined(l => l.Tokens), Attention = Joined(l => l.Attention) };
        // What ought to be in the cache: top-k leaves out as much of it as of the cache.
        BatchOutputs rounded = row.Decode(row.Encode(live), count);
        long most = Math.Min(5, spec.TopK > 0 ? spec.TopK : spec.Classes);
        Tensor Largest(Tensor logits, long k) =>
            zeros_like(logits, dtype: ScalarType.Float64).scatter(1, logits.topk((int)k, 1).indexes, ones(count, k, ScalarType.Float64));
        Tensor Shared(long k) => (Largest(rounded.Logits, k) * Largest(kept.Logits, k)).sum(1).TimesInPlace(1.0 / k);
        return new Comparison(
            Divergence(rounded.Logits, kept.Logits).MoveToOuterDisposeScope(),
            Shared(1).MoveToOuterDisposeScope(),
            Shared(most).MoveToOuterDisposeScope(),
            (spec.TopK > 0 ? Divergence(live.Logits, rounded.Logits) : zeros(count, ScalarType.Float64)).MoveToOuterDisposeScope(),
            Difference(live.Features, kept.Features)?.MoveToOuterDisposeScope(),
            Difference(live.Tokens, kept.Tokens)?.MoveToOuterDisposeScope(),
            Difference(live.Attention, kept.Attention)?.MoveToOuterDisposeScope());
    }

    /// <summary>Of each image, relative to the length of the teacher's; null where none is kept.</summary>
    private static Tensor? Difference(Tensor? live, Tensor? kept) => live is null || kept is null
        ? null
        : (live - kept).flatten(1).norm(1, false, 2).div(live.flatten(1).norm(1, false, 2).AtLeast(1e-12)).to(ScalarType.Float64);

    private static Tensor Divergence(Tensor teacher, Tensor kept)
    {
        Tensor p = nn.functional.log_softmax(teacher.to(ScalarType.Float64), dim: 1),
            q = nn.functional.log_softmax(kept.to(ScalarType.Float64), dim: 1);
        // Rounding may leave a sum of -1e-17.
        return (p.exp() * (p - q)).sum(1).AtLeast(0);
    }

    /// <summary>Numbers of every image of a stretch, float64 [n].</summary>
    private sealed record Comparison(Tensor Kl, Tensor Top1, Tensor Top5, Tensor RestKl, Tensor? Features, Tensor? Tokens,
        Tensor? Attention);
}
