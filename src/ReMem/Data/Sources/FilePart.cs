namespace ReMem.Data.Sources;

/// <summary>Where a sample's bytes lie in a file, so that they can be read to any place.</summary>
/// <param name="File">The file as it was.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct FilePart(FileStamp File, long Offset, int Length)
{
    /// <summary>All of a file as it is now.</summary>
    /// <exception cref="InputException">It is too large for an image.</exception>
    public static FilePart Of(string path)
    {
        var stamp = FileStamp.Of(path);
        return stamp.Length <= EncodedSource.MostBytes ? new FilePart(stamp, 0, (int)stamp.Length) : throw EncodedSource.TooLarge(path);
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="InputException">The file has changed.</exception>
    public byte[] Read() => File.Read(Offset, Length);
}
