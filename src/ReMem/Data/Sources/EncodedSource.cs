using System.Buffers;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>A split whose bytes come from a function: files of a folder, rows of Parquet files.</summary>
/// <param name="names">Each sample's name.</param>
/// <param name="labels">Each sample's class index.</param>
/// <param name="files">The files that hold them.</param>
/// <param name="read">Reads the encoded bytes of a sample.</param>
/// <param name="parts">Their file parts; null where they are not stored uncompressed in files.</param>
internal sealed class EncodedSource(
    IReadOnlyList<string> names, int[] labels, IReadOnlyList<string> files, Func<int, byte[]> read, Func<int, FilePart>? parts = null)
        : IImageSource
{
    /// <summary>The maximal encoded bytes of an image; more would be a decompression bomb.</summary>
    public const int MaxBytes = 1 << 28;

    /// <summary>The files that hold the samples: while these do not change, neither do the samples.</summary>
    public IReadOnlyList<string> Files => files;

    public int Count => labels.Length;

    public int Label(int index) => labels[index];

    public string Name(int index) => names[index];

    public byte[] Read(int index)
    {
        try
        {
            return read(index);
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw Unreadable(index, e);
        }
    }

    /// <summary>Reads into rented memory, where the bytes are part of a file.</summary>
    /// <exception cref="InputException">The file cannot be read, or has changed.</exception>
    public EncodedBytes Lend(int index)
    {
        if (parts is null)
        {
            byte[] bytes = Read(index);
            return new EncodedBytes(bytes, bytes.Length, false);
        }

        try
        {
            FilePart part = parts(index);
            var lent = new EncodedBytes(ArrayPool<byte>.Shared.Rent(part.Length), part.Length, true);
            part.File.Read(part.Offset, lent.Array.AsSpan(0, lent.Length));
            return lent;
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw Unreadable(index, e);
        }
    }

    private InputException Unreadable(int index, Exception e) => new(
        $"The image '{names[index]}' cannot be read: {Guarded.Sentence(e)}.",
        remedy: "Check that it exists and that you may read it, or leave bad images out with --on-bad-image skip.",
        inner: e);

    /// <summary>The error for encoded bytes beyond <see cref="MaxBytes"/>.</summary>
    public static InputException TooLarge(string name) => new(
        $"The image '{name}' has more than {MaxBytes >> 20} MiB of encoded bytes.",
        remedy: "Replace or delete it, or leave bad images out with --on-bad-image skip.");
}
