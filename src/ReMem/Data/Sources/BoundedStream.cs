namespace ReMem.Data.Sources;

/// <summary>
/// A file for a parser that trusts it. Damage can make a parser read the same bytes forever, or keep reading past the end: after a
/// generous number of reads the stream throws.
/// </summary>
/// <param name="inner">The file.</param>
internal sealed class BoundedStream(Stream inner) : Stream
{
    // Every byte may be read a few times: as footer, page header and page.
    private const int MaxPasses = 8;
    private const long FreeBytes = 1 << 22;
    private const int MaxEmptyReads = 1000;
    private readonly long _length = inner.Length;
    private long _left = FreeBytes + (MaxPasses * inner.Length);
    private int _emptyReads;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value >= 0 && value <= _length ? value : throw new InvalidDataException("it points outside its own bytes");
    }

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        Spend(buffer.Length, count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Spend(buffer.Length, count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => checked(inner.Position + offset),
        _ => checked(_length + offset),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Spend(int wanted, int count)
    {
        _left -= count;
        if (_left < 0 || (wanted > 0 && count == 0 && ++_emptyReads > MaxEmptyReads))
            throw new InvalidDataException("its parts refer to each other in a circle");
    }
}
