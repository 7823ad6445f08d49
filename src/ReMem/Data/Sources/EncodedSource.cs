using System.Buffers;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>A split whose bytes come from a function: files of a folder, rows of Parquet files.</summary>
/// <param name="names">Each sample's name.</param>
/// <param name="labels">Each sample's class index.</param>
/// <param name="files">The files that hold them.</param>
/// <param name="read">Encoded bytes by sample.</param>
/// <param name="parts">Where they lie in a file; null where they are not in files as they are.</param>
internal sealed class EncodedSource(
    IReadOnlyList<string> names, int[] labels, IReadOnlyList<string> files, Func<int, byte[]> read, Func<int, FilePart>? parts = null) : IImageSource
{
    /// <summary>More bytes than this are no image that could be decoded, but a bomb.</summary>
    public const int MostBytes = 1 << 28;

    /// <summary>The files that hold the samples: as long as these are as they were, so are the samples.</summary>
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

    /// <summary>The same in memory that is given back, where the bytes lie in a file.</summary>
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

    /// <summary>The error for encoded bytes beyond <see cref="MostBytes"/>.</summary>
    public static InputException TooLarge(string name) => new(
        $"The image '{name}' has more than {MostBytes >> 20} MiB of encoded bytes.",
        remedy: "Replace or delete it, or leave bad images out with --on-bad-image skip.");
}
