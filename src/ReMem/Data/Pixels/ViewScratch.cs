namespace ReMem.Data.Pixels;

/// <summary>
/// The memory that making a view takes, used again for the next one. A loader's threads live for an epoch, so that memory of their own would be made anew
/// in each.
/// </summary>
internal sealed class ViewScratch
{
    private const int MostSizes = 4;
    private static readonly Stack<ViewScratch> Free = new();

    private readonly List<byte[]> _views = [];
    private byte[] _between = [];
    private byte[] _ends = [];

    /// <summary>The horizontal direction of a resize.</summary>
    public ResampleAxis Columns { get; } = new();

    /// <summary>Its vertical direction.</summary>
    public ResampleAxis Rows { get; } = new();

    /// <summary>Takes one for the caller alone, who gives it back.</summary>
    public static ViewScratch Take()
    {
        lock (Free)
        {
            if (Free.TryPop(out ViewScratch? scratch))
                return scratch;
        }

        return new ViewScratch();
    }

    /// <summary>Gives it back. What was lent of it is not used any more.</summary>
    public void GiveBack()
    {
        lock (Free)
            Free.Push(this);
    }

    /// <summary>At least so many bytes between the two passes of a resize.</summary>
    public byte[] Between(int bytes) => _between.Length >= bytes ? _between : _between = new byte[bytes];

    /// <summary>At least so many bytes for rows at an image's end.</summary>
    public byte[] Ends(int bytes) => _ends.Length >= bytes ? _ends : _ends = new byte[bytes];

    /// <summary>Exactly so many bytes for a view.</summary>
    public byte[] View(int bytes)
    {
        foreach (byte[] view in _views)
        {
            if (view.Length == bytes)
                return view;
        }

        // A loader has two or three sizes; one that is used no more makes room.
        if (_views.Count == MostSizes)
            _views.RemoveAt(0);
        _views.Add(new byte[bytes]);
        return _views[^1];
    }
}
