using System.Text.Json;
using SkiaSharp;
using Svg.Skia;

namespace ReMem.Eng.EmojiData;

/// <summary>The vector drawings of an unpacked <c>@iconify-json/*</c> package, found by an emoji's code points.</summary>
public sealed class IconifySet
{
    private const int DefaultSide = 16;

    private readonly JsonElement _icons;
    private readonly Dictionary<string, string[]> _names;

    private IconifySet(string style, JsonElement icons, Dictionary<string, string[]> names) =>
        (Style, _icons, _names) = (style, icons, names);

    /// <summary>The packages that are read, by their name after <c>@iconify-json/</c>.</summary>
    public static IReadOnlyList<string> Styles { get; } =
        ["emojione", "emojione-v1", "fluent-emoji", "fluent-emoji-flat", "noto-v1", "openmoji"];

    /// <summary>The package's name after <c>@iconify-json/</c>.</summary>
    public string Style { get; }

    /// <summary>Reads every package of <see cref="Styles"/>.</summary>
    /// <param name="folder">A folder with a subfolder for each package, called like the style.</param>
    /// <exception cref="InputException">A package is missing.</exception>
    public static IReadOnlyList<IconifySet> ReadAll(string folder)
    {
        // Not every package lists code points; the names are those of Unicode in all of them.
        Dictionary<string, string[]> names = new[] { "openmoji", "fluent-emoji-flat" }
            .SelectMany(style => Read(folder, style, "chars.json").EnumerateObject())
            .GroupBy(c => Plain(c.Name), c => c.Value.GetString()!)
            .ToDictionary(c => c.Key, c => c.Distinct().ToArray());
        return Styles.Select(style => new IconifySet(style, Read(folder, style, "icons.json"), names)).ToArray();
    }

    /// <summary>The drawings of an emoji's default form and of its skin tones that the package has.</summary>
    public IEnumerable<Sample> Draw(Emoji emoji) =>
        emoji.SkinTones.Prepend(emoji.Image)
            .Select(file => (file, Svg: Svg(Plain(Path.GetFileNameWithoutExtension(file)))))
            .Where(s => s.Svg is not null)
            .Select(s => new Sample(Style, emoji, s.file, Render(s.Svg!)));

    /// <summary>Code points in lower case without the selector of the coloured form, which some sources leave out.</summary>
    private static string Plain(string code) => string.Join('-', code.ToLowerInvariant().Split('-').Where(point => point != "fe0f"));

    private static JsonElement Read(string folder, string style, string name)
    {
        string file = Path.Combine(folder, style, name);
        if (!File.Exists(file))
        {
            throw new InputException(
                $"'{Path.Combine(folder, style)}' is no unpacked @iconify-json/{style} package.",
                file,
                $"Run: npm pack @iconify-json/{style}, then unpack the archive there.");
        }

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.Clone();
    }

    private static Drawing Render(string svg)
    {
        using SKSvg loaded = new();
        SKPicture picture = loaded.FromSvg(svg) ?? throw new InvalidDataException($"no drawing in {svg}");
        using SKBitmap bitmap = new(new SKImageInfo(Drawing.SourceSize, Drawing.SourceSize, SKColorType.Rgba8888, SKAlphaType.Premul));
        using (SKCanvas canvas = new(bitmap))
        {
            float side = Math.Max(picture.CullRect.Width, picture.CullRect.Height);
            canvas.Clear(SKColors.White);
            canvas.Scale(Drawing.SourceSize / side);
            canvas.Translate((side - picture.CullRect.Width) / 2, (side - picture.CullRect.Height) / 2);
            canvas.DrawPicture(picture);
        }

        return Drawing.Of(bitmap);
    }

    private string? Svg(string code) =>
        _names.GetValueOrDefault(code, []).Select(Body).FirstOrDefault(body => body is not null);

    private string? Body(string name)
    {
        bool mirrored = false;
        if (_icons.TryGetProperty("aliases", out JsonElement aliases) && aliases.TryGetProperty(name, out JsonElement alias))
        {
            name = alias.GetProperty("parent").GetString()!;
            mirrored = alias.TryGetProperty("hFlip", out JsonElement flip) && flip.GetBoolean();
        }

        if (!_icons.GetProperty("icons").TryGetProperty(name, out JsonElement icon))
            return null;
        int width = Length(icon, "width"), height = Length(icon, "height");
        string body = icon.GetProperty("body").GetString()!;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
                width="{width}" height="{height}" viewBox="0 0 {width} {height}">
            {(mirrored ? $"""<g transform="translate({width} 0) scale(-1 1)">{body}</g>""" : body)}
            </svg>
            """;
    }

    private int Length(JsonElement icon, string name) =>
        icon.TryGetProperty(name, out JsonElement own) || _icons.TryGetProperty(name, out own) ? own.GetInt32() : DefaultSide;
}
