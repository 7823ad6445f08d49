using System.Collections.Concurrent;

namespace ReMem.Data.Decoding;

/// <summary>
/// Finished views of a split, cached after their first use while they fit a budget. Like <see cref="DecodedImageCache"/> it never evicts.
/// </summary>
/// <param name="budget">Bytes of pixels.</param>
internal sealed class ViewCache(long budget)
{
    private readonly ConcurrentDictionary<(int Epoch, long View, int Size), byte[]> _views = new();
    private readonly MemoryBudget _budget = new(budget);

    /// <summary>Bytes of pixels that are kept.</summary>
    public long UsedBytes => _budget.Used;

    /// <summary>Copies a view's pixels to <paramref name="planes"/>, where it is kept.</summary>
    public bool TryGet(int epoch, long view, int size, Span<byte> planes)
    {
        if (!_views.TryGetValue((epoch, view, size), out byte[]? kept))
            return false;
        kept.CopyTo(planes);
        return true;
    }

    /// <summary>Keeps a copy of a view's pixels, where it still fits.</summary>
    public void Keep(int epoch, long view, int size, ReadOnlySpan<byte> planes)
    {
        if (_budget.TryTake(planes.Length) && !_views.TryAdd((epoch, view, size), planes.ToArray()))
            _budget.Return(planes.Length);
    }
}
