namespace ReMem.Data.Pixels;

/// <summary>
/// The buffers for making a view, reused for the next one. A loader's threads live for one epoch, so that thread-local buffers would be
/// allocated again in each epoch.
/// </summary>
internal sealed class ViewScratch
{
    private const int MaxSizes = 4;
    private static readonly Stack<ViewScratch> Free = new();

    private readonly List<byte[]> _views = [];
    private byte[] _between = [];
    private byte[] _ends = [];

    /// <summary>The horizontal direction of a resize.</summary>
    public ResampleAxis Columns { get; } = new();

    /// <summary>Its vertical direction.</summary>
    public ResampleAxis Rows { get; } = new();

    /// <summary>Rents one; the caller returns it.</summary>
    public static ViewScratch Take()
    {
        lock (Free)
        {
            if (Free.TryPop(out ViewScratch? scratch))
                return scratch;
        }

        return new ViewScratch();
    }

    /// <summary>Returns it. Its buffers must not be used any more.</summary>
    public void GiveBack()
    {
        lock (Free)
            Free.Push(this);
    }

    /// <summary>At least this many bytes for rows between the two passes of a resize.</summary>
    public byte[] Between(int bytes) => _between.Length >= bytes ? _between : _between = new byte[bytes];

    /// <summary>At least this many bytes for rows at an image's end.</summary>
    public byte[] Ends(int bytes) => _ends.Length >= bytes ? _ends : _ends = new byte[bytes];

    /// <summary>Exactly this many bytes for a view.</summary>
    public byte[] View(int bytes)
    {
        foreach (byte[] view in _views)
        {
            if (view.Length == bytes)
                return view;
        }

        // A loader has two or three sizes; one that is no longer used is dropped.
        if (_views.Count == MaxSizes)
            _views.RemoveAt(0);
        _views.Add(new byte[bytes]);
        return _views[^1];
    }
}
