using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>A text table: CSV or TSV, whose first line may name the columns, or JSON Lines of flat objects.</summary>
/// <param name="Columns">Every column's name, in order.</param>
/// <param name="Rows">The rows; a JSON row may lack a column.</param>
/// <param name="HasHeader">Whether the file names the columns; else they are named 1, 2 ...</param>
internal sealed record ManifestTable(IReadOnlyList<string> Columns, IReadOnlyList<ManifestTable.Line> Rows, bool HasHeader = true)
{
    /// <summary>The limit of spreadsheets.</summary>
    private const int MaxColumns = 16_384;

    private IReadOnlyDictionary<string, int> _places = new Dictionary<string, int>();

    /// <summary>A row's text in a column; null where it has none.</summary>
    public string? Text(Line row, string column) => _places.TryGetValue(column, out int at) && at < row.Cells.Length ? row.Cells[at] : null;

    /// <summary>Reads a file by its extension.</summary>
    /// <param name="file">The table.</param>
    /// <param name="isFile">Whether a value is the path of an image, which a column name is not; null is never.</param>
    /// <exception cref="InputException">It cannot be read as its extension implies.</exception>
    public static ManifestTable Read(string file, Func<string, bool>? isFile = null)
    {
        try
        {
            string extension = Path.GetExtension(file).ToUpperInvariant();
            return extension is ".JSONL" or ".NDJSON"
                ? JsonLines(file)
                : Separated(file, extension switch { ".TSV" => "\t", ".TXT" or ".LST" => " ", _ => "," }, isFile);
        }
        catch (CsvHelperException e)
        {
            // The library wraps the reader's exception.
            if (e.InnerException is InputException own)
                throw own;
            throw new InputException(
                $"'{file}' line {e.Context?.Parser?.RawRow} cannot be read: {e.Message.Split('\n', '\r')[0].TrimEnd('.')}.",
                remedy: "Quote values that hold separators or quotes.", inner: e);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"'{file}' is not UTF-8 text.", remedy: "Save it as UTF-8.", inner: e);
        }
    }

    private static StreamReader Opened(string file) =>
        new(new BoundedLines(InputFile.Open(file, "table"), file, "table"), new UTF8Encoding(false, throwOnInvalidBytes: true),
            detectEncodingFromByteOrderMarks: true);

    private static ManifestTable Separated(string file, string usual, Func<string, bool>? isFile)
    {
        ManifestDialect dialect;
        using (StreamReader beginning = Opened(file))
            dialect = ManifestDialect.Of(beginning, usual);
        using StreamReader text = Opened(file);
        for (int i = 0; i < dialect.Skipped; i++)
            text.ReadLine();
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = dialect.Delimiter,
            TrimOptions = TrimOptions.Trim,
            WhiteSpaceChars = dialect.Delimiter == " " ? [] : [' '],
            // Short rows are reported as a missing label, with their line.
            MissingFieldFound = null,
            MaxFieldSize = BoundedLines.MaxLineBytes,
        });
        List<Line> rows = [];
        var memory = new TableMemory(file);
        if (!csv.Read() || !csv.ReadHeader())
            return new ManifestTable([], rows);
        string[] header = [.. csv.HeaderRecord!.Select(h => h.Trim().Trim('\uFEFF'))];
        // A class may be named "photo": a line with the path of an image is not a header.
        bool hasHeader = !header.Any(FileTree.IsAnyImage) && (header.Any(ManifestColumns.IsKnown) || isFile is null || !header.Any(isFile));
        if (!hasHeader)
        {
            string[] first = header;
            header = WithoutHeader(first, isFile);
            rows.Add(new Line(csv.Parser.RawRow + dialect.Skipped, first));
        }

        RequireColumns(header.Length, file);
        string? twice = header.Where(h => h.Length > 0).GroupBy(h => h).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            throw new InputException($"'{file}' has the column '{twice}' twice.", remedy: "Name each column once.");
        while (csv.Read())
        {
            var cells = new string?[Math.Min(header.Length, csv.Parser.Count)];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = csv.GetField(i)?.Trim();
            memory.Add(cells);
            rows.Add(new Line(csv.Parser.RawRow + dialect.Skipped, cells));
        }

        return new ManifestTable([.. header.Where(h => h.Length > 0)], rows, hasHeader) { _places = Places(header) };
    }

    /// <summary>
    /// Names the columns of a table without a header: the column of image paths is the image; with two columns, the other is the label.
    /// </summary>
    private static string[] WithoutHeader(string[] first, Func<string, bool>? isFile)
    {
        string[] names = [.. Enumerable.Range(1, first.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        int image = Array.FindIndex(first, cell => FileTree.IsAnyImage(cell));
        image = image >= 0 ? image : Array.FindIndex(first, cell => isFile?.Invoke(cell) == true);
        names[image] = "image";
        int split = first.Length == 3 ? Array.FindIndex(first, cell => DataFiles.SplitOf(cell) is not null) : -1;
        if (split >= 0)
            names[split] = "split";
        if (first.Length == 2 || split >= 0)
            names[Array.FindIndex(names, n => n is not ("image" or "split"))] = "label";
        return names;
    }

    private static ManifestTable JsonLines(string file)
    {
        using StreamReader text = Opened(file);
        List<Line> rows = [];
        Dictionary<string, int> columns = [];
        var memory = new TableMemory(file);
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            (string Key, string? Value)[] values = [.. Object(line, file, number)];
            foreach ((string key, _) in values)
                columns.TryAdd(key, columns.Count);
            RequireColumns(columns.Count, file);
            var cells = new string?[values.Length == 0 ? 0 : values.Max(v => columns[v.Key]) + 1];
            foreach ((string key, string? value) in values)
                cells[columns[key]] = value?.Trim();
            memory.Add(cells);
            rows.Add(new Line(number, cells));
        }

        return new ManifestTable([.. columns.OrderBy(c => c.Value).Select(c => c.Key)], rows) { _places = columns };
    }

    private static Dictionary<string, int> Places(string[] header)
    {
        Dictionary<string, int> places = [];
        for (int i = 0; i < header.Length; i++)
            places[header[i]] = i;
        return places;
    }

    private static void RequireColumns(int count, string file)
    {
        if (count > MaxColumns)
            throw new InputException(
                $"The table has more columns than the limit of {MaxColumns}.", file, "Check that it is the right file.");
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
                $"'{file}' line {number} is not a JSON object.",
                remedy: "Write one object per line, such as {\"path\": \"a.jpg\", \"label\": \"cat\"}.", inner: e);
        }
    }

    /// <summary>A string or number as text; null for anything else.</summary>
    internal static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>A row.</summary>
    /// <param name="Number">Its line in the file, from 1.</param>
    /// <param name="Cells">Text by column; a row may have fewer cells than the table has columns.</param>
    internal sealed record Line(int Number, string?[] Cells);
}
