namespace ReMem.Reports;

/// <summary>Cells in columns, as plain text.</summary>
internal static class TextTable
{
    /// <summary>The lines, with a rule below the first row; the first column is left-aligned, the others right-aligned.</summary>
    /// <param name="rows">Rows with the same number of cells; the first is the header.</param>
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
