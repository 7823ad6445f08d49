using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Cli.Output;

/// <summary>The sentence of help of a setting, which is its property's documentation: the compiler's file of it is part of this program.</summary>
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

    private static Stream Open() => typeof(SettingHelp).Assembly.GetManifestResourceStream(File) ?? throw new InvalidOperationException($"{File} is not in the program.");

    private static Dictionary<string, string> Read(Stream documentation, IEnumerable<string> members)
    {
        HashSet<string> wanted = [.. members];
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using (documentation)
        using (var reader = XmlReader.Create(documentation))
        {
            while (reader.ReadToFollowing("member"))
            {
                if (reader.GetAttribute("name") is { } name && wanted.Contains(name) && XElement.Load(reader.ReadSubtree()).Element("summary") is { } summary)
                    found[name] = Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
            }
        }

        return found;
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Value.Length: > 0 } element => element.Value,
        XElement element when element.Attribute("cref") is { } cref && cref.Value[0] == 'P' => Setting.Snake(cref.Value[(cref.Value.LastIndexOf('.') + 1)..]),
        XElement element when element.Attribute("cref") is { } cref => cref.Value[(cref.Value.LastIndexOf('.') + 1)..],
        _ => string.Empty,
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@" Default [^\s]+\.$")]
    private static partial Regex OneWordDefault();
}
