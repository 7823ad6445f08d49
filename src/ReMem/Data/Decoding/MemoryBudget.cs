namespace ReMem.Data.Decoding;

/// <summary>Counts cached bytes against a limit. Safe for concurrent use.</summary>
/// <param name="limit">Bytes, 0 or more.</param>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    /// <summary>Bytes that are taken.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes bytes, where they still fit.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Return(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
