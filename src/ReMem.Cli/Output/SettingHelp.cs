using System.Reflection;
using System.Text.RegularExpressions;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Cli.Output;

/// <summary>
/// The sentence of help of a setting, which is its property's documentation: the compiler's file of it is part of this program.
/// </summary>
internal static partial class SettingHelp
{
    private const string File = "ReMem.xml";

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Summaries = new(() => Read(Open(), Described.Select(Member)));

    /// <summary>The properties that declare settings.</summary>
    public static IEnumerable<PropertyInfo> Described => RecipeSetting.All.Select(s => s.Declaration.Property).Distinct();

    /// <summary>What a setting is, without its default where that is one word: whoever shows it has the default itself.</summary>
    public static string Of(RecipeSetting setting)
    {
        string text = Whole(setting.Declaration.Property);
        return setting.Default is null ? text : OneWordDefault().Replace(text, string.Empty);
    }

    /// <summary>The documentation of a property, its default included.</summary>
    /// <param name="property">One that settings declare.</param>
    public static string Whole(PropertyInfo property) => Summaries.Value.GetValueOrDefault(Member(property), string.Empty);

    private static string Member(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    private static Stream Open() => typeof(SettingHelp).Assembly.GetManifestResourceStream(File)
        ?? throw new InvalidOperationException($"{File} is not in the program.");

    /// <summary>
    /// The summaries of members. Every start of the program reads them, so this is a pass over the compiler's text: an XML reader would
    /// open eight more files, and a system that allows few could then not even show the error.
    /// </summary>
    private static Dictionary<string, string> Read(Stream documentation, IEnumerable<string> members)
    {
        HashSet<string> wanted = [.. members];
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = new StreamReader(documentation);
        foreach (Match member in Documented().Matches(reader.ReadToEnd()))
        {
            if (wanted.Contains(member.Groups[1].Value))
                found[member.Groups[1].Value] = Spaces().Replace(Plain(member.Groups[2].Value), " ").Trim();
        }

        return found;
    }

    /// <summary>Documentation without its tags: of a reference to a property the name of the setting, of another its last name.</summary>
    private static string Plain(string summary) => Tag().Replace(Reference().Replace(summary, Named), string.Empty)
        .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
        .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);

    private static string Named(Match reference)
    {
        string name = reference.Groups[2].Value[(reference.Groups[2].Value.LastIndexOf('.') + 1)..];
        return reference.Groups[1].Value == "P" ? Setting.Snake(name) : name;
    }

    [GeneratedRegex("""<member name="([^"]*)">\s*<summary>(.*?)</summary>""", RegexOptions.Singleline)]
    private static partial Regex Documented();

    [GeneratedRegex("""<see cref="(\w):([^"]*)"\s*/>""")]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@" Default [^\s]+\.$")]
    private static partial Regex OneWordDefault();
}
