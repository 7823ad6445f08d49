namespace ReMem.Data.Sources;

/// <summary>The part of a file with a sample's bytes, so that they can be read into any buffer.</summary>
/// <param name="File">The stamp of the file.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct FilePart(FileStamp File, long Offset, int Length)
{
    /// <summary>The whole of a file as it is now.</summary>
    /// <exception cref="InputException">It is too large for an image.</exception>
    public static FilePart Of(string path)
    {
        var stamp = FileStamp.Of(path);
        return stamp.Length <= EncodedSource.MaxBytes ? new FilePart(stamp, 0, (int)stamp.Length) : throw EncodedSource.TooLarge(path);
    }

    /// <summary>Reads the bytes.</summary>
    /// <exception cref="InputException">The file has changed.</exception>
    public byte[] Read() => File.Read(Offset, Length);
}
