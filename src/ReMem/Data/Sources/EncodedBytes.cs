using System.Buffers;

namespace ReMem.Data.Sources;

/// <summary>An encoded image for a while.</summary>
/// <param name="Array">Its bytes first.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsRented">Whether the array is used again for another image.</param>
internal readonly record struct EncodedBytes(byte[] Array, int Length, bool IsRented) : IDisposable
{
    public void Dispose()
    {
        if (IsRented)
            ArrayPool<byte>.Shared.Return(Array);
    }
}
