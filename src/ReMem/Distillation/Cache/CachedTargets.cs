using ReMem.Data;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;

namespace ReMem.Distillation.Cache;

/// <summary>
/// A teacher's outputs from a cache. A missing view is built when its first batch is requested; the shards of one view are mapped
/// at a time, each verified by its checksum when it is first opened.
/// </summary>
/// <param name="builder">Builds missing shards; not disposed here.</param>
/// <param name="views">Number of views of the training.</param>
/// <param name="spec">The wanted outputs, of those in the cache.</param>
/// <param name="cancellationToken">Stops building.</param>
internal sealed class CachedTargets(TeacherCacheBuilder builder, int views, TargetSpec spec, CancellationToken cancellationToken)
    : ITeacherTargets
{
    private readonly HashSet<(int View, int Shard)> _checked = [];
    private CacheShard[] _shards = [];
    private int _view = -1;

    public BatchOutputs For(Batch batch, int view)
    {
        if (view != _view)
            Open(view);
        TargetRow row = builder.Cache.Row;
        int shardSlots = builder.Cache.Manifest.ShardSlots;
        var rows = new byte[batch.Count * row.Bytes];
        int at = 0;
        foreach (int slot in batch.Slots)
        {
            _shards[slot / shardSlots].Row(slot % shardSlots).CopyTo(rows.AsSpan(at));
            at += row.Bytes;
        }

        return spec.Select(row.Decode(rows, batch.Count));
    }

    public void Dispose() => Close();

    private void Open(int view)
    {
        Close();
        builder.BuildView(view, views, cancellationToken);
        TeacherCache cache = builder.Cache;
        var opened = new List<CacheShard>();
        try
        {
            for (int shard = 0; shard < cache.Shards; shard++)
                opened.Add(CacheShard.Open(cache.ShardPath(view, shard), cache.Describe(view, shard), check: _checked.Add((view, shard))));
        }
        catch
        {
            opened.ForEach(s => s.Dispose());
            throw;
        }

        (_shards, _view) = ([.. opened], view);
    }

    private void Close()
    {
        foreach (CacheShard shard in _shards)
            shard.Dispose();
        (_shards, _view) = ([], -1);
    }
}
