using SkiaSharp;
using static TorchSharp.torch;

namespace ReMem.Reports;

/// <summary>Pictures side by side, embedded in one page.</summary>
internal static class PicturePage
{
    private const string Css = """

        .pictures td { border: 0; padding: .2rem; text-align: center; }
        .pictures th { text-align: center !important; white-space: normal; vertical-align: bottom; }
        .pictures img { width: 112px; height: 112px; image-rendering: pixelated; border-radius: 4px; display: block; margin: auto; }
        """;

    /// <summary>The page.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="text">The introduction.</param>
    /// <param name="names">One per image.</param>
    /// <param name="columns">The originals first.</param>
    /// <param name="command">The command to repeat it.</param>
    public static string Render(string title, string text, IReadOnlyList<string> names, IReadOnlyList<PictureColumn> columns,
        string command)
    {
        HtmlPage page = new HtmlPage(title, pictures: true,
            Css).Paragraph(text).Add("<section>" + HtmlPage.WideCard + "<table class=\"pictures\">\n<thead><tr>");
        foreach (PictureColumn column in columns)
            page.Add($"<th scope=\"col\">{HtmlPage.Encode(column.Head)}<br>{HtmlPage.Encode(column.Caption)}</th>");
        page.Add("</tr></thead>\n<tbody>");
        for (int i = 0; i < names.Count; i++)
        {
            page.Add("<tr>");
            foreach (PictureColumn column in columns)
            {
                string alt = HtmlPage.Encode($"{names[i]}, {column.Head}");
                page.Add($"<td><img alt=\"{alt}\" title=\"{alt}\" "
                    + $"src=\"data:image/png;base64,{Convert.ToBase64String(Png(column.Images, i))}\"></td>");
            }

            page.Add("</tr>");
        }

        return page.Add("</tbody></table></div></section>").Command(command).Render();
    }

    /// <summary>Encodes one of some images uint8 [n, 3, S, S] as PNG.</summary>
    internal static byte[] Png(Tensor images, int index)
    {
        using Tensor rows = images[index].permute(1, 2, 0).contiguous();
        byte[] pixels = rows.data<byte>().ToArray();
        int height = (int)rows.shape[0], width = (int)rows.shape[1];
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = 3 * ((y * width) + x);
                bitmap.SetPixel(x, y, new SKColor(pixels[at], pixels[at + 1], pixels[at + 2]));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
