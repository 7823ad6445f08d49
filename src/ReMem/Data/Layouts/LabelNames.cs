using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// A text file of class names, one class per line. Its meaning follows from the data: labels that are numbers index its lines
/// from 0; labels that are its lines take their order from it; labels that are the first word of its lines (as WordNet ids in
/// synset_words.txt) are named by the rest.
/// </summary>
internal sealed class LabelNames
{
    private readonly string _file;
    private readonly string[] _lines;

    private LabelNames(string file, string[] lines) => (_file, _lines) = (file, lines);

    /// <summary>Renames the classes of a data set.</summary>
    /// <exception cref="InputException">The file cannot be read or is empty, or a label is not in it.</exception>
    public static RawDataset Apply(RawDataset raw, string file)
    {
        LabelNames names = Read(file);
        (Dictionary<string, string> called,
            string[] order) = names.Bind(raw.Splits.SelectMany(s => s.Classes.Concat(s.Declared)).Distinct().ToArray());
        RawSplit[] splits =
        [
            .. raw.Splits.Select(s =>
                s with { Classes = [.. s.Classes.Select(c => called[c])], Declared = [.. s.Declared.Select(c => called[c])] }),
        ];
        return raw with { Splits = splits, Classes = order };
    }

    private static LabelNames Read(string file)
    {
        string[] lines = [.. InputFile.ReadNames(file, "labels file", "Give a text file with one class per line.")
            .Select(UnicodeText.Composed)];
        if (lines.Length == 0)
            throw new InputException($"The labels file '{file}' is empty.", remedy: "Give a text file with one class per line.");
        string? twice = lines.GroupBy(l => l).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null
            ? new LabelNames(file, lines)
            : throw new InputException($"The labels file '{file}' has '{twice}' twice.", remedy: "Name each class once.");
    }

    private (Dictionary<string, string> Called, string[] Order) Bind(string[] labels)
    {
        if (labels.All(l => int.TryParse(l, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            return (labels.ToDictionary(l => l, Line), _lines);
        HashSet<string> lines = [.. _lines];
        if (labels.All(lines.Contains))
            return (labels.ToDictionary(l => l), _lines);
        var keyed = _lines.Select(Split).DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Name);
        bool IsKey(string label) => keyed.TryGetValue(label, out string? name) && name.Length > 0;
        string? unknown = labels.FirstOrDefault(l => !IsKey(l) && !lines.Contains(l)) ?? labels.FirstOrDefault(l => !IsKey(l));
        if (unknown is not null)
            throw Unknown(unknown);
        var called = labels.ToDictionary(l => l, l => keyed[l]);
        HashSet<string> used = [.. called.Values];
        return (called, [.. _lines.Select(l => Split(l).Name).Where(used.Contains).Distinct()]);
    }

    private string Line(string label)
    {
        int index = int.Parse(label, CultureInfo.InvariantCulture);
        return index >= 0 && index < _lines.Length ? _lines[index] : throw Unknown(label);
    }

    private static (string Key, string Name) Split(string line)
    {
        int end = line.IndexOfAny([' ', '\t', ',']);
        return end < 0 ? (line, "") : (line[..end], line[(end + 1)..].Trim());
    }

    private InputException Unknown(string label) => new(
        $"The label '{label}' is not in '{_file}', which has {_lines.Length} classes.",
        remedy: "Add a line: the class's name in index order, or the label, a space and the name.");
}
