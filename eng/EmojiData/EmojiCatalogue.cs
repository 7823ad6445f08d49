using System.Text.Json;

namespace ReMem.Eng.EmojiData;

/// <summary>Reads <c>emoji.json</c> of an unpacked <c>emoji-datasource-*</c> package.</summary>
public static class EmojiCatalogue
{
    /// <summary>The downstream task's classes in index order: Unicode's groups without "Component", which holds bare skin tones.</summary>
    public static IReadOnlyList<string> Categories { get; } =
    [
        "Smileys & Emotion", "People & Body", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects", "Symbols",
        "Flags",
    ];

    /// <summary>Every emoji that belongs to one of <see cref="Categories"/> and has a drawing, in Unicode's order.</summary>
    /// <param name="package">The folder that holds <c>emoji.json</c> and <c>img/</c>.</param>
    /// <param name="style">The package's drawing style, "google" or "twitter".</param>
    /// <exception cref="InputException">The folder is no such package.</exception>
    public static IReadOnlyList<Emoji> Read(string package, string style)
    {
        string file = Path.Combine(package, "emoji.json");
        if (!File.Exists(file) || !Directory.Exists(ImageFolder(package, style)))
        {
            throw new InputException(
                $"'{package}' is no unpacked emoji-datasource-{style} package.",
                file,
                $"Run: npm pack emoji-datasource-{style}@16.0.0, then unpack the archive.");
        }

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        string hasImage = "has_img_" + style;
        return json.RootElement.EnumerateArray()
            .Where(e => Categories.Contains(Text(e, "category")) && e.GetProperty(hasImage).GetBoolean())
            .Select(e => new Emoji(
                Text(e, "unified"),
                Text(e, "image"),
                Text(e, "category"),
                Text(e, "subcategory"),
                e.GetProperty("sort_order").GetInt32(),
                SkinTones(e, hasImage)))
            .OrderBy(e => e.Order).ThenBy(e => e.Unified, StringComparer.Ordinal)
            .ToArray();
    }

    /// <summary>The folder of a package's 64 px drawings.</summary>
    public static string ImageFolder(string package, string style) => Path.Combine(package, "img", style, "64");

    private static string[] SkinTones(JsonElement emoji, string hasImage) =>
        !emoji.TryGetProperty("skin_variations", out JsonElement variations)
            ? []
            : variations.EnumerateObject()
                .Where(v => !v.Name.Contains('-') && v.Value.GetProperty(hasImage).GetBoolean())
                .OrderBy(v => v.Name, StringComparer.Ordinal)
                .Select(v => Text(v.Value, "image"))
                .ToArray();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
