using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// Counts the memory of a table's rows, so that a table that does not fit in memory is refused while it is read, before the system kills
/// the process.
/// </summary>
/// <param name="file">The table, for the message.</param>
/// <param name="limit">Bytes; null is half of the free memory.</param>
internal sealed class TableMemory(string file, long? limit = null)
{
    /// <summary>Objects, references and what is made from a row later: its path and its sample.</summary>
    private const int BytesPerRow = 200, BytesPerCell = 40;

    private readonly long _limit = limit ?? ((Machine.AvailableMemory() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2);
    private long _used;
    private int _rows;

    /// <summary>Counts a row.</summary>
    /// <exception cref="InputException">The limit is exceeded.</exception>
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
                "Leave out columns that are not needed, cut the table into parts, or use WebDataset or Parquet shards, "
                    + "which stay on disk.");
        }
    }
}
