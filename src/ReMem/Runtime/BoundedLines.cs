namespace ReMem.Runtime;

/// <summary>
/// A text file read line by line: a line without an end is refused before memory is allocated for it, and so is a file that grows while it
/// is read.
/// </summary>
/// <param name="inner">The file; it is closed with this.</param>
/// <param name="path">The file, for messages.</param>
/// <param name="kind">What messages call it: "table".</param>
internal sealed class BoundedLines(FileStream inner, string path, string kind) : Stream
{
    /// <summary>The maximal bytes of a line, far above those of a table with thousands of columns. 1 MiB.</summary>
    public const int MaxLineBytes = 1 << 20;

    private const long FreeBytes = 1 << 22;
    private readonly long _maxBytes = (2 * inner.Length) + FreeBytes;
    private long _bytes;
    private int _line;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = inner.Read(buffer);
        }
        catch (IOException e)
        {
            throw InputFile.CannotRead(path, kind, e);
        }

        int end = buffer[..count].LastIndexOfAny((byte)'\n', (byte)'\r');
        _line = end < 0 ? _line + count : count - end - 1;
        if (_line > MaxLineBytes)
            throw new InputException(
                $"The {kind} has a line longer than the limit of {DiskSpace.Text(MaxLineBytes)}.", path,
                "Check that it is the right file.");
        _bytes += count;
        if (_bytes > _maxBytes)
            throw new InputException($"The {kind} grows while it is read.", path,
                "Wait until it is written, or copy it, and name the copy.");
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
