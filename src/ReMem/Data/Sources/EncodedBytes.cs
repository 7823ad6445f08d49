using System.Buffers;

namespace ReMem.Data.Sources;

/// <summary>A rented encoded image.</summary>
/// <param name="Array">Starts with its bytes.</param>
/// <param name="Length">The number of classes.</param>
/// <param name="IsRented">Whether the array is reused for another image.</param>
internal readonly record struct EncodedBytes(byte[] Array, int Length, bool IsRented) : IDisposable
{
    public void Dispose()
    {
        if (IsRented)
            ArrayPool<byte>.Shared.Return(Array);
    }
}
