using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace ReMem.Data;

/// <summary>A table of text: CSV or TSV whose first line names the columns, or JSON Lines of flat objects.</summary>
/// <param name="Columns">Every column's name.</param>
/// <param name="Rows">The rows; a JSON row may lack a column.</param>
internal sealed record ManifestTable(IReadOnlySet<string> Columns, IReadOnlyList<ManifestTable.Line> Rows)
{
    /// <summary>Reads a file by its extension.</summary>
    /// <exception cref="InputException">It cannot be read as what its name says.</exception>
    public static ManifestTable Read(string file)
    {
        try
        {
            string extension = Path.GetExtension(file).ToUpperInvariant();
            return extension is ".CSV" or ".TSV" ? Separated(file, extension == ".TSV" ? "\t" : ",") : JsonLines(file);
        }
        catch (CsvHelperException e)
        {
            throw new InputException(
                $"'{file}' line {e.Context?.Parser?.RawRow} cannot be read: {e.Message.Split('\n', '\r')[0].TrimEnd('.')}.",
                remedy: "Quote values that hold separators or quotes.", inner: e);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"'{file}' is not UTF-8 text.", remedy: "Save it as UTF-8.", inner: e);
        }
    }

    private static StreamReader Text(string file) => new(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);

    private static ManifestTable Separated(string file, string delimiter)
    {
        using StreamReader text = Text(file);
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter,
            TrimOptions = TrimOptions.Trim,
            // Short rows show up as a missing label, with their line.
            MissingFieldFound = null,
        });
        List<Line> rows = [];
        if (!csv.Read() || !csv.ReadHeader())
            return new ManifestTable(new HashSet<string>(), rows);
        string[] header = csv.HeaderRecord!;
        string? twice = header.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            throw new InputException($"'{file}' has the column '{twice}' twice.", remedy: "Name each column once.");
        while (csv.Read())
        {
            Dictionary<string, string?> values = [];
            for (int i = 0; i < header.Length; i++)
                values[header[i]] = csv.TryGetField(i, out string? value) ? value : null;
            rows.Add(new Line(csv.Parser.RawRow, values));
        }

        return new ManifestTable(new HashSet<string>(header), rows);
    }

    private static ManifestTable JsonLines(string file)
    {
        using StreamReader text = Text(file);
        List<Line> rows = [];
        HashSet<string> columns = [];
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            Dictionary<string, string?> values = [];
            foreach ((string key, string? value) in Object(line, file, number))
            {
                columns.Add(key);
                values[key] = value;
            }

            rows.Add(new Line(number, values));
        }

        return new ManifestTable(columns, rows);
    }

    private static IEnumerable<(string Key, string? Value)> Object(string line, string file, int number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return [.. document.RootElement.EnumerateObject().Select(p => (p.Name, TextOf(p.Value)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException(
                $"'{file}' line {number} is no JSON object.", remedy: "Write one object a line, such as {\"path\": \"a.jpg\", \"label\": \"cat\"}.", inner: e);
        }
    }

    /// <summary>A string or number as text; null for anything else, which is no path, label, split or group.</summary>
    internal static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>A row.</summary>
    /// <param name="Number">Its line in the file, from 1.</param>
    /// <param name="Values">Text by column.</param>
    internal sealed record Line(int Number, IReadOnlyDictionary<string, string?> Values);
}
