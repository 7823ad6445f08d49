namespace ReMem.Data;

/// <summary>A split whose bytes come from a function: files of a folder, rows of Parquet files.</summary>
internal sealed class EncodedSource(IReadOnlyList<string> names, int[] labels, Func<int, byte[]> read) : IImageSource
{
    public int Count => labels.Length;

    public int Label(int index) => labels[index];

    public string Name(int index) => names[index];

    public byte[] Read(int index) => read(index);

    /// <summary>A file's bytes.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"The image '{path}' cannot be read: {e.Message.TrimEnd('.')}.",
                remedy: "Check that it exists and that you may read it, or leave bad images out with --on-bad-image skip.",
                inner: e);
        }
    }
}
