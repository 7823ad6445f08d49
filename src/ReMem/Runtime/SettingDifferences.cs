using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>Describes how two sets of settings differ, for error messages.</summary>
internal static partial class SettingDifferences
{
    private const int MaxNamed = 3;
    private const int MaxValueLength = 60;

    /// <summary>"epochs (3 there, 4 here), lr (0.1 there, 0.2 here) and 2 more"; empty where they are equal.</summary>
    /// <param name="there">Names and values of the existing settings; a name may occur more than once.</param>
    /// <param name="here">The requested ones.</param>
    public static string Describe(IEnumerable<(string Key, string Value)> there, IEnumerable<(string Key, string Value)> here)
    {
        Dictionary<(string, int), string> old = Numbered(there), wanted = Numbered(here);
        string[] differing =
        [
            .. old.Keys.Union(wanted.Keys).Where(k => old.GetValueOrDefault(k) != wanted.GetValueOrDefault(k))
                .Select(k => $"{k.Item1} ({Shown(old.GetValueOrDefault(k))} there, {Shown(wanted.GetValueOrDefault(k))} here)"),
        ];
        return string.Join(", ", differing.Take(MaxNamed))
            + (differing.Length > MaxNamed ? $" and {differing.Length - MaxNamed} more" : string.Empty);
    }

    /// <summary>
    /// The keys and values of YAML as recipes are written: nested by indentation, one value per line, and the comment that a command writes
    /// at the top.
    /// </summary>
    public static IEnumerable<(string Key, string Value)> OfYaml(string text)
    {
        List<(int Indent, string Key)> above = [];
        foreach (string line in text.Split('\n'))
        {
            string content = line.Trim();
            if (content.StartsWith('#'))
                yield return ("command", content[1..].Trim());
            int colon = content.IndexOf(':', StringComparison.Ordinal);
            if (content.StartsWith('#') || colon <= 0)
                continue;
            int indent = line.Length - line.TrimStart().Length;
            above.RemoveAll(a => a.Indent >= indent);
            above.Add((indent, content[..colon]));
            string value = content[(colon + 1)..].Trim();
            if (value.Length > 0)
                yield return (string.Join('.', above.Select(a => a.Key)), value);
        }
    }

    /// <summary>The names and plain values of the JSON objects in a text, in order, nested ones by their own names.</summary>
    public static IEnumerable<(string Key, string Value)> OfJson(string text) =>
        JsonValue().Matches(text).Select(m => (m.Groups[1].Value, m.Groups[2].Value));

    private static Dictionary<(string, int), string> Numbered(IEnumerable<(string Key, string Value)> settings)
    {
        Dictionary<string, int> seen = [];
        Dictionary<(string, int), string> numbered = [];
        foreach ((string key, string value) in settings)
        {
            int before = seen.GetValueOrDefault(key);
            seen[key] = before + 1;
            numbered[(key, before)] = value;
        }

        return numbered;
    }

    private static string Shown(string? value) =>
        value is null ? "none" : value.Length <= MaxValueLength ? value : value[..MaxValueLength] + "...";

    [GeneratedRegex("\"([A-Za-z0-9_]+)\":(\"(?:[^\"\\\\]|\\\\.)*\"|\\[[^\\[\\]{}]*\\]|[^\\[{\",}\\]]+)")]
    private static partial Regex JsonValue();
}
