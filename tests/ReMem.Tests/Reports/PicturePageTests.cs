using System.Xml.Linq;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Reports;
using static TorchSharp.torch;

namespace ReMem.Tests.Reports;

public sealed class PicturePageTests
{
    [Fact]
    public void Every_image_has_a_row_and_every_model_a_column_and_the_page_holds_the_pixels()
    {
        using var scope = NewDisposeScope();
        Tensor originals = arange(2 * 3 * 16).to(ScalarType.Byte).view(2, 3, 4, 4), drawn = ones_like(originals);
        string html = PicturePage.Render("t", "x", ["a.png", "<b>.png"],
            [new("original", "4 px", originals), new("teacher, pooled", "I_hat 0.1", drawn)], "remem probe");
        XElement page = BlockReportTests.Parse(html);
        XElement[] images = [.. page.Descendants("img")];
        Assert.Equal(["a.png, original", "a.png, teacher, pooled", "<b>.png, original", "<b>.png, teacher, pooled"],
            images.Select(i => i.Attribute("alt")!.Value));
        Assert.Contains("img-src data:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);

        const string prefix = "data:image/png;base64,";
        Assert.All(images, i => Assert.StartsWith(prefix, i.Attribute("src")!.Value, StringComparison.Ordinal));
        RgbImage second = ImageDecoder.Decode(Convert.FromBase64String(images[2].Attribute("src")!.Value[prefix.Length..]), "second");
        Assert.Equal((4, 4), (second.Width, second.Height));
        Assert.Equal(originals[1].permute(1, 2, 0).contiguous().data<byte>().ToArray(), second.Pixels);
    }
}
