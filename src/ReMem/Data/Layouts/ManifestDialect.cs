namespace ReMem.Data.Layouts;

/// <summary>How a text table separates its columns. Excel writes semicolons where the comma is the decimal mark.</summary>
/// <param name="Delimiter">The separator.</param>
/// <param name="Skipped">Lines before the table: Excel's <c>sep=;</c>.</param>
internal readonly record struct ManifestDialect(string Delimiter, int Skipped)
{
    private const int MaxLines = 20;
    private static readonly string[] Delimiters = [",", ";", "\t", "|"];

    /// <summary>
    /// Finds the separator: the one that splits the first lines into the same number of values, two or more; where several do, the one that
    /// the file name implies.
    /// </summary>
    /// <param name="text">The start of the table; the reader is advanced.</param>
    /// <param name="usual">The separator that the file name implies.</param>
    public static ManifestDialect Of(TextReader text, string usual)
    {
        List<string> lines = [];
        int skipped = 0;
        while (lines.Count < MaxLines && text.ReadLine() is { } line)
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

    /// <summary>Number of values in a line; separators within quotes are ignored.</summary>
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
