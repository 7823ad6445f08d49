namespace ReMem.Data.Layouts;

/// <summary>How a table of text separates its columns. Programs differ: Excel writes semicolons where the comma is the decimal mark.</summary>
/// <param name="Delimiter">Between two values.</param>
/// <param name="Skipped">Lines before the table: Excel's <c>sep=;</c>.</param>
internal readonly record struct ManifestDialect(string Delimiter, int Skipped)
{
    private const int MostLines = 20;
    private static readonly string[] Delimiters = [",", ";", "\t", "|"];

    /// <summary>Finds what separates the columns: what cuts the first lines into the same number of values, two or more; where several do, what the file's name says.</summary>
    /// <param name="text">The beginning of the table; it is read.</param>
    /// <param name="usual">What the file's name says.</param>
    public static ManifestDialect Of(TextReader text, string usual)
    {
        List<string> lines = [];
        int skipped = 0;
        while (lines.Count < MostLines && text.ReadLine() is { } line)
        {
            if (lines.Count == 0 && skipped == 0 && line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && line.Length is 5)
                return new ManifestDialect(line[4..], 1);
            if (!string.IsNullOrWhiteSpace(line))
                lines.Add(line);
        }

        if (lines.Count == 0)
            return new ManifestDialect(usual, skipped);
        string[] candidates = [.. usual == " " ? [] : new[] { usual }, .. Delimiters.Where(d => d != usual)];
        string? best = candidates.Where(d => Count(lines[0], d) > 1)
            .OrderByDescending(d => lines.All(l => Count(l, d) == Count(lines[0], d)))
            .ThenByDescending(d => Known(lines[0], d)).FirstOrDefault();
        return new ManifestDialect(best ?? usual, skipped);
    }

    private static int Known(string header, string delimiter) => header.Split(delimiter).Count(ManifestColumns.IsKnown);

    /// <summary>Values of a line; separators within quotes do not count.</summary>
    private static int Count(string line, string delimiter)
    {
        int count = 1;
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted && c == delimiter[0])
                count++;
        }

        return count;
    }
}
