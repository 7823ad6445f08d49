using ReMem.Runtime;

namespace ReMem.Recipes.Sweep;

/// <summary>A recipe key and the values to try for it.</summary>
/// <param name="Key">Its full name, such as teacher.rho.</param>
/// <param name="Values">As they would be written behind "key=".</param>
internal sealed record SweepAxis(string Key, IReadOnlyList<string> Values)
{
    private const string Example = "For example --grid rho=0.02,0.05 or --grid reweighting=top(4,0.25),top(4,0.5).";

    // A sweep has its own say on these.
    private static readonly string[] NotSwept = ["name", "title", "methods", "seeds", "threads"];

    private static readonly string[] Keys = [.. RecipeSetting.All.Select(s => s.Key).Except(NotSwept)];

    /// <summary>
    /// Reads "key=value,value"; a comma inside brackets or quotes belongs to the value. The key may be shortened where its end is unique.
    /// </summary>
    /// <exception cref="InputException">It is no such text, or the key is unknown or short for several.</exception>
    public static SweepAxis Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new InputException($"The grid '{text}' is not key=value,value.", "--grid", Example);
        string key = Resolve(text[..equals].Trim());
        string[] values = [.. Split(text[(equals + 1)..])];
        if (values.Any(v => v.Length == 0))
            throw new InputException($"The grid '{text}' has an empty value.", "--grid", Example);
        return values.Distinct().Count() == values.Length
            ? new SweepAxis(key, values)
            : throw new InputException($"The grid '{text}' names a value twice.", "--grid", "Name each value once.");
    }

    /// <summary>The last part of the key: what a table shows.</summary>
    public string ShortKey => Key[(Key.LastIndexOf('.') + 1)..];

    private static string Resolve(string key)
    {
        if (Keys.Contains(key))
            return key;
        string[] ends = [.. Keys.Where(k => k.EndsWith("." + key, StringComparison.Ordinal))];
        return ends.Length switch
        {
            1 => ends[0],
            0 => throw Nearest.Unknown("key", key, [.. Keys, .. Keys.Select(k => k[(k.LastIndexOf('.') + 1)..]).Distinct()], "--grid"),
            _ => throw new InputException($"The key '{key}' is short for several.", "--grid", $"Write one of {string.Join(", ", ends)}."),
        };
    }

    private static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '\'' or '"')
                quote = c;
            else if (c is '(' or '[' or '{')
                depth++;
            else if (c is ')' or ']' or '}')
                depth--;
            else if (c == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}
