using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Runtime;
using SkiaSharp;

namespace ReMem.Data.Checks;

/// <summary>
/// An inspection as HTML pages: an index, and a sheet of thumbnails per class. Pictures are embedded in the pages; nothing is loaded from
/// elsewhere.
/// </summary>
internal static class ContactSheet
{
    private const int Side = 112;
    private const int MaxImages = 60;
    private const int MaxGroups = 60;
    private const int Quality = 80;

    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
          color: #1c2430; background: #fff }
        h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
        table { border-collapse: collapse } th, td { padding: .15rem .8rem .15rem 0; text-align: left }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
        .bar { display: inline-block; height: .7rem; background: #3a6ea5; vertical-align: middle }
        .sheet { display: flex; flex-wrap: wrap; gap: .5rem } figure { margin: 0; width: 7rem }
        img { width: 7rem; height: 7rem; object-fit: contain; background: #eef1f5; display: block }
        figcaption { font-size: .7rem; overflow-wrap: anywhere; color: #55606e } .warn { color: #a33b00 } .soft { color: #55606e }
        @media screen and (prefers-color-scheme: dark) { 
          body { background: #14181f; color: #e4e8ee } img { background: #222832 } .soft, figcaption { color: #9aa5b3 }
          .warn { color: #ffa366 } .bar { background: #6fa8dc } a { color: #8fc1f5 } }
        """;

    /// <summary>Writes index.html and one page per class.</summary>
    /// <param name="folder">Created where missing.</param>
    /// <param name="data">The data set that was inspected.</param>
    /// <param name="result">The inspection's result.</param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void Write(string folder, ImageDataset data, InspectionResult result)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, e);
        }

        HashSet<(string, int)> bad = [.. result.BadImages.Select(b => (b.Split, b.Index))];
        for (int c = 0; c < data.Classes.Count; c++)
            AtomicFile.WriteAllText(Path.Combine(folder, PageOf(c)), ClassPage(c, data, result.Classes[c], bad));
        AtomicFile.WriteAllText(Path.Combine(folder, "index.html"), Index(data, result));
    }

    private static string PageOf(int index) => string.Create(CultureInfo.InvariantCulture, $"class-{index:0000}.html");

    private static string ClassPage(int index, ImageDataset data, ClassImages counts, HashSet<(string, int)> bad)
    {
        var page = new StringBuilder();
        page.Append($"<p><a href=\"index.html\">{Encode(data.Description)}</a></p>\n<h1>{Encode(data.Classes[index])}</h1>\n")
            .Append($"<p class=\"soft\">{counts.Train} train, {counts.Validation} val, {counts.Test} test</p>\n");
        foreach ((string name, IImageSource source) in DatasetScan.SplitsOf(data))
        {
            int[] own = [.. Enumerable.Range(0, source.Count).Where(i => source.Label(i) == index && !bad.Contains((name, i)))];
            if (own.Length == 0)
                continue;
            // Spread over the class, since neighbouring files are often alike.
            int shown = Math.Min(own.Length, MaxImages);
            page.Append($"<h2>{name}{(shown < own.Length ? $": {shown} of {own.Length}" : "")}</h2>\n<div class=\"sheet\">\n");
            for (int i = 0; i < shown; i++)
                Figure(page, source, own[(int)((long)i * own.Length / shown)], null);
            page.Append("</div>\n");
        }

        return Whole(data.Classes[index], page);
    }

    private static string Index(ImageDataset data, InspectionResult result)
    {
        var page = new StringBuilder();
        page.Append(
            $"<h1>{Encode(result.Description)}</h1>\n<table><tr><th>split</th><th class=\"n\">images</th><th class=\"n\">usable</th>")
            .Append("<th>width</th><th>height</th><th>formats</th></tr>\n");
        foreach (SplitFacts s in result.Splits)
        {
            page.Append($"<tr><td>{s.Split}</td><td class=\"n\">{s.Images}</td><td "
                + $"class=\"n\">{s.Usable}</td><td>{string.Join(" · ", s.Width)}</td>")
                .Append($"<td>{string.Join(" · ", s.Height)}</td>"
                    + $"<td>{Encode(string.Join(", ", s.Formats.Select(f => $"{f.Value} {f.Key}")))}</td></tr>\n");
        }

        page.Append("</table>\n<p class=\"soft\">Sizes: smallest, median and largest, in pixels. ")
            .Append(FormattableString.Invariant(
                $"Training pixels: mean {Numbers(result.ChannelMeans)}, deviation {Numbers(result.ChannelDeviations)}.</p>\n"));
        foreach (string warning in result.Warnings)
            page.Append($"<p class=\"warn\">{Encode(warning)}</p>\n");
        page.Append("<h2>Classes</h2>\n<table><tr><th>class</th><th class=\"n\">train</th><th class=\"n\">val</th><th "
            + "class=\"n\">test</th><th></th></tr>\n");
        double max = Math.Max(1, result.Classes.Max(c => c.Train));
        for (int c = 0; c < result.Classes.Count; c++)
        {
            ClassImages counts = result.Classes[c];
            page.Append($"<tr><td><a href=\"{PageOf(c)}\">{Encode(counts.Class)}</a></td><td class=\"n\">{counts.Train}</td><td "
                + $"class=\"n\">{counts.Validation}</td>")
                .Append(
                    string.Create(
                    CultureInfo.InvariantCulture,
                    $"<td class=\"n\">{counts.Test}</td><td><span class=\"bar\" "
                        + $"style=\"width:{14 * counts.Train / max:0.##}rem\"></span></td></tr>\n"));
        }

        page.Append("</table>\n");
        Groups(page, "The same picture under several labels", result.Duplicates.Where(g => g.DifferentLabels), data);
        Groups(page, "The same picture in several splits", result.Duplicates.Where(g => g.AcrossSplits && !g.DifferentLabels), data);
        Groups(page, "The same picture twice in a split", result.Duplicates.Where(g => !g.AcrossSplits && !g.DifferentLabels), data);
        if (result.BadImages.Count > 0)
        {
            page.Append("<h2>Images that cannot be used</h2>\n<ul>\n");
            foreach (BadImage image in result.BadImages)
                page.Append($"<li>{image.Split}: {Encode(image.Reason)}</li>\n");
            page.Append("</ul>\n");
        }

        return Whole(result.Description, page);
    }

    private static void Groups(StringBuilder page, string title, IEnumerable<DuplicateGroup> groups, ImageDataset data)
    {
        DuplicateGroup[] all = [.. groups];
        if (all.Length == 0)
            return;
        var sources = DatasetScan.SplitsOf(data).ToDictionary(s => s.Name, s => s.Source);
        page.Append($"<h2>{title}{(all.Length > MaxGroups ? $": {MaxGroups} of {all.Length}" : "")}</h2>\n");
        foreach (DuplicateGroup group in all.Take(MaxGroups))
        {
            page.Append("<div class=\"sheet\">\n");
            foreach (DuplicateImage image in group.Images.Take(6))
                Figure(page, sources[image.Split], image.Index, $"{image.Split}, {image.Class}: ");
            page.Append("</div><hr>\n");
        }
    }

    private static void Figure(StringBuilder page, IImageSource source, int index, string? caption)
    {
        string name = source.Name(index), shown = Encode(caption + name[(name.LastIndexOfAny(['/', '\\']) + 1)..]);
        page.Append($"<figure><img loading=\"lazy\" alt=\"{shown}\" src=\"data:image/jpeg;base64,")
            .Append(Convert.ToBase64String(Thumbnail(ImageDecoder.Decode(source.Read(index), name, enoughSide: Side))))
            .Append($"\"><figcaption title=\"{Encode(name)}\">{shown}</figcaption></figure>\n");
    }

    private static byte[] Thumbnail(RgbImage image)
    {
        double scale = Math.Min(1, Side / (double)Math.Max(image.Width, image.Height));
        int width = Math.Max(1, (int)(image.Width * scale)), height = Math.Max(1, (int)(image.Height * scale));
        RgbImage small = Resampler.Resize(image, width, height, Interpolation.Bilinear);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] rgba = new byte[width * height * 4];
        for (int i = 0; i < width * height; i++)
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (small.Pixels[3 * i], small.Pixels[(3 * i) + 1],
                small.Pixels[(3 * i) + 2], 255);
        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static string Whole(string title, StringBuilder body) =>
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
            + "initial-scale=1\">\n"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        + $"<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n";

    private static string Numbers(IEnumerable<double> values) =>
        string.Join(" / ", values.Select(v => v.ToString("0.000", CultureInfo.InvariantCulture)));

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
