using System.Buffers;

namespace ReMem.Inference;

/// <summary>Reads streams that may be endless.</summary>
internal static class BoundedBytes
{
    private const int Piece = 81_920;

    /// <summary>All bytes of a stream; null where there are more than allowed. It is not closed.</summary>
    /// <param name="stream">Read to its end, or until it is too long.</param>
    /// <param name="most">Bytes, at the most.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, long most, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (bytes.Length + read > most)
                    return null;
                bytes.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
