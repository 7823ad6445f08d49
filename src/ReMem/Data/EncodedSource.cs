namespace ReMem.Data;

/// <summary>A split whose bytes come from a function: files of a folder, rows of Parquet files.</summary>
/// <param name="names">Each sample's name.</param>
/// <param name="labels">Each sample's class index.</param>
/// <param name="files">The files that hold them.</param>
/// <param name="read">Encoded bytes by sample.</param>
internal sealed class EncodedSource(IReadOnlyList<string> names, int[] labels, IReadOnlyList<string> files, Func<int, byte[]> read) : IImageSource
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException(
                $"The image '{names[index]}' cannot be read: {e.Message.TrimEnd('.')}.",
                remedy: "Check that it exists and that you may read it, or leave bad images out with --on-bad-image skip.",
                inner: e);
        }
    }

    /// <summary>A file's bytes.</summary>
    /// <exception cref="InputException">It is too large for an image, or changes meanwhile.</exception>
    public static byte[] ReadFile(string path)
    {
        FileStamp stamp = FileStamp.Of(path);
        return stamp.Length <= MostBytes ? stamp.Read() : throw TooLarge(path);
    }

    /// <summary>The error for encoded bytes beyond <see cref="MostBytes"/>.</summary>
    public static InputException TooLarge(string name) => new(
        $"The image '{name}' has more than {MostBytes >> 20} MiB of encoded bytes.",
        remedy: "Replace or delete it, or leave bad images out with --on-bad-image skip.");
}
