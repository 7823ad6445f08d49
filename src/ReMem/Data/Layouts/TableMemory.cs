using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>Counts what the rows of a table take in memory, so that a table that the machine cannot hold is refused while it is read and not killed with the process.</summary>
/// <param name="file">The table, for the message.</param>
/// <param name="limit">Bytes; null is half of what the machine has to spare.</param>
internal sealed class TableMemory(string file, long? limit = null)
{
    /// <summary>Objects, references and what is made of a row later: its path and its sample.</summary>
    private const int BytesPerRow = 200, BytesPerCell = 40;

    private readonly long _limit = limit ?? ((Machine.AvailableMemory() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2);
    private long _used;
    private int _rows;

    /// <summary>Counts a row.</summary>
    /// <exception cref="InputException">It is one too many.</exception>
    public void Add(string?[] cells)
    {
        _rows++;
        _used += BytesPerRow;
        foreach (string? cell in cells)
            _used += BytesPerCell + (2L * (cell?.Length ?? 0));
        if (_used > _limit)
        {
            throw new InputException(
                $"The table has more rows than memory can hold: its first {_rows} would take {DiskSpace.Text(_used)} here.", file,
                "Leave out columns that are not needed, cut the table into parts, or use WebDataset or Parquet shards, which stay on disk.");
        }
    }
}
