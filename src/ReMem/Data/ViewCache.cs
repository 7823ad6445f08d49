using System.Collections.Concurrent;

namespace ReMem.Data;

/// <summary>Finished views of a split, kept after their first use while they fit a budget. Like <see cref="DecodedImageCache"/> it never evicts.</summary>
/// <param name="budget">Bytes of pixels.</param>
internal sealed class ViewCache(long budget)
{
    private readonly ConcurrentDictionary<(int Epoch, long View, int Size), byte[]> _views = new();
    private readonly MemoryBudget _budget = new(budget);

    /// <summary>Bytes of pixels that are kept.</summary>
    public long UsedBytes => _budget.Used;

    /// <summary>Copies the view's pixels to <paramref name="planes"/>, from what is kept or as <paramref name="make"/> writes them.</summary>
    public void Get(int epoch, long view, int size, Span<byte> planes, Maker make)
    {
        if (_views.TryGetValue((epoch, view, size), out byte[]? kept))
        {
            kept.CopyTo(planes);
            return;
        }

        make(planes);
        if (_budget.TryTake(planes.Length) && !_views.TryAdd((epoch, view, size), planes.ToArray()))
            _budget.Return(planes.Length);
    }

    /// <summary>Writes a view's pixels.</summary>
    public delegate void Maker(Span<byte> planes);
}
