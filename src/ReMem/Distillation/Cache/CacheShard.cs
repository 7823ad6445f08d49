using System.Security.Cryptography;
using ReMem.Runtime;

namespace ReMem.Distillation.Cache;

/// <summary>
/// A file of a cache: the rows of consecutive slots of one view, after a header that identifies the cache and a SHA-256 over both. It
/// appears whole or not at all, and is read through a memory map.
/// </summary>
internal sealed class CacheShard : IDisposable
{
    /// <summary>Bytes before the first row.</summary>
    public const int HeaderBytes = DescriptionBytes + SHA256.HashSizeInBytes;
    private const int DescriptionBytes = 8 + SHA256.HashSizeInBytes + (4 * sizeof(int));
    private readonly MappedFile _file;
    private readonly int _rowBytes;

    private CacheShard(MappedFile file, int rowBytes) => (_file, _rowBytes) = (file, rowBytes);

    /// <summary>Writes a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="description">The cache, view and shard of the rows.</param>
    /// <param name="rows">The rows in order.</param>
    /// <exception cref="InputException">The disk is full, or the file cannot be written.</exception>
    public static void Write(string path, ShardDescription description, ReadOnlyMemory<byte> rows) => AtomicFile.Write(path, stream =>
    {
        byte[] head = description.ToBytes();
        stream.Write(head);
        stream.Write(Checksum(head, rows.Span));
        stream.Write(rows.Span);
    });

    /// <summary>Maps a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The required cache, view and shard.</param>
    /// <param name="check">Whether to verify the checksum, which reads the whole file.</param>
    /// <exception cref="InputException">It cannot be read, is damaged, or belongs to another cache.</exception>
    public static CacheShard Open(string path, ShardDescription expected, bool check)
    {
        MappedFile file = MappedFile.Open(path, "teacher cache's shard");
        try
        {
            long length = HeaderBytes + ((long)expected.Rows * expected.RowBytes);
            ReadOnlySpan<byte> head = file.Length >= DescriptionBytes ? file.Bytes(0, DescriptionBytes) : [];
            if (!head.IsEmpty && head[..8].SequenceEqual(ShardDescription.Magic) && !head.SequenceEqual(expected.ToBytes()))
                throw new InputException("This shard was written for another teacher cache, or another position in it.", path, Remedy);
            if (head.IsEmpty || !head[..8].SequenceEqual(ShardDescription.Magic) || file.Length != length)
                throw Damaged(path, file.Length < length ? "it is cut short" : "it is not a shard, or has more than its rows");
            if (check
                && !Checksum(head, file.Bytes(HeaderBytes, (int)(length - HeaderBytes))).AsSpan()
                    .SequenceEqual(file.Bytes(DescriptionBytes, SHA256.HashSizeInBytes)))
                throw Damaged(path, "its checksum does not match its bytes");
            return new CacheShard(file, expected.RowBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A row's bytes; valid until the shard is closed.</summary>
    public ReadOnlySpan<byte> Row(int row) => _file.Bytes(HeaderBytes + ((long)row * _rowBytes), _rowBytes);

    public void Dispose() => _file.Dispose();

    private const string Remedy = "Delete the file; whatever needs the cache builds it again.";

    private static InputException Damaged(string path, string why) => new($"The teacher cache's shard is damaged: {why}.", path, Remedy);

    private static byte[] Checksum(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(rows);
        return hash.GetHashAndReset();
    }
}
