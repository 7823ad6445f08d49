using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>The usual names of table columns. Letter case, spaces, hyphens and underscores are ignored.</summary>
internal static class ManifestColumns
{
    private static readonly string[] Image =
    [
        "path", "file_name", "filename", "file", "image", "image_path", "filepath", "img", "img_path", "image_file", "image_filename",
        "image_name", "img_name",
        "file_path", "image_id", "img_id", "photo", "picture", "id",
    ];

    private static readonly string[] Label =
    [
        "label", "class", "labels", "target", "category", "class_name", "label_name", "species", "breed", "category_name", "class_id",
        "label_id", "category_id", "y",
    ];

    private static readonly string[] Split = ["split", "subset", "partition", "set"];
    private static readonly string[] Group = ["group", "groups", "group_id"];
    private static readonly HashSet<string> All = [.. Image.Concat(Label).Concat(Split).Concat(Group).Select(Plain)];

    /// <summary>Whether a cell of the first line is a column's name.</summary>
    public static bool IsKnown(string cell) => All.Contains(Plain(cell));

    /// <summary>Whether a table names its columns and one of them has labels.</summary>
    public static bool HasLabel(ManifestTable table, DatasetOptions options) =>
        !table.HasHeader || (options.LabelColumn is { } given ? [given] : Label).Any(name => Named(table, name) is not null);

    /// <summary>The columns of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="file">For messages.</param>
    /// <param name="options">Names that are given.</param>
    /// <returns>The label column is null where labels are not needed.</returns>
    /// <exception cref="InputException">There is no column of images or labels, or no column of a given name.</exception>
    public static (string Image, string? Label, string? Split, string? Group) Find(ManifestTable table, string file, DatasetOptions options)
    {
        string image = Column(table, file, "image", options.ImageColumn, Image)!;
        string? label = options.NeedsLabels
            ? Column(table, file, "label", options.LabelColumn, [.. Label.Where(l => Plain(l) != Plain(image))])
            : null;
        string? split = Column(table, file, "split", options.SplitColumn, Split, optional: true);
        // "set" may mean anything: it is the split where its values are splits.
        if (options.SplitColumn is null && split is not null && Plain(split) is not ("SPLIT" or "SUBSET")
            && !table.Rows.All(r => DataFiles.SplitOf(table.Text(r, split) ?? "") is not null))
        {
            split = null;
        }

        return (image, label, split, Column(table, file, "group", options.GroupColumn, Group, optional: true));
    }

    private static string? Column(ManifestTable table, string file, string what, string? given, string[] usual, bool optional = false)
    {
        string? found = (given is null ? usual : [given]).Select(name => Named(table, name)).FirstOrDefault(c => c is not null);
        if (found is not null || (optional && given is null))
            return found;
        string wanted = given ?? string.Join(", ", usual.Take(4)) + " ...";
        string seen = table.HasHeader
            ? $"its columns: {string.Join(", ", table.Columns)}"
            : $"no line names them; they are called {string.Join(", ", table.Columns)}";
        throw new InputException($"'{file}' has no column of {what}s ({wanted}); {seen}.", remedy: Remedy(table, file, what));
    }

    /// <summary>With one column, naming a column does not help.</summary>
    private static string Remedy(ManifestTable table, string file, string what)
    {
        if (table.Columns.Count < 2)
            return "Write a line with the names of the columns, such as path,label, and separate values by commas, semicolons or tabs.";
        string layout = Path.GetExtension(file).ToUpperInvariant() switch { ".TSV" => "tsv", ".JSONL" or ".NDJSON" => "jsonl", _ => "csv" };
        return $"Name it, as in '{layout}:{file}?{what}={Nearest.To(what, table.Columns) ?? table.Columns.Last()}'.";
    }

    private static string? Named(ManifestTable table, string name) =>
        table.Columns.Contains(name) ? name : table.Columns.FirstOrDefault(c => Plain(c) == Plain(name));

    private static string Plain(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);
}
