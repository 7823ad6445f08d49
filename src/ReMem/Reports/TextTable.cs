namespace ReMem.Reports;

/// <summary>Cells in columns, as plain text.</summary>
internal static class TextTable
{
    /// <summary>The lines, the first row over a rule; the first column stands left, the others right.</summary>
    /// <param name="rows">All of as many cells as the first, which heads them.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        for (int i = 0; i < rows.Count; i++)
        {
            yield return Line(rows[i], widths);
            if (i == 0)
                yield return Line([.. widths.Select(width => new string('-', width))], widths);
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd();
}
