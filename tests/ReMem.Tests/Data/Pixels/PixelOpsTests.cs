using System.Globalization;
using System.Text.Json;
using ReMem.Data.Pixels;
using ReMem.Data.Views;

namespace ReMem.Tests.Data.Pixels;

/// <summary>The operations against PIL's own results.</summary>
public sealed class PixelOpsTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Goldens.PathOf("augment.json"))).RootElement;

    public static TheoryData<string> Operations => new(Golden.GetProperty("operations").EnumerateObject().Select(o => o.Name));

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_is_PILs(string name)
    {
        string[] parts = name.Split(' ');
        double value = parts.Length > 1 ? double.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        RgbImage image = Picture();
        Span<byte> pixels = image.Pixels;
        switch (parts[0])
        {
            case "autocontrast": PixelOps.AutoContrast(pixels); break;
            case "equalize": PixelOps.Equalize(pixels); break;
            case "invert": PixelOps.Solarize(pixels, 0); break;
            case "solarize": PixelOps.Solarize(pixels, (int)value); break;
            case "solarize_add": PixelOps.SolarizeAdd(pixels, (int)value); break;
            case "posterize": PixelOps.Posterize(pixels, (int)value); break;
            case "color": PixelOps.Color(pixels, (float)value); break;
            case "contrast": PixelOps.Contrast(pixels, (float)value); break;
            case "brightness": PixelOps.Brightness(pixels, (float)value); break;
            case "sharpness": PixelOps.Sharpness(pixels, image.Width, (float)value); break;
            case "grayscale": PixelOps.Grayscale(pixels); break;
            default:
                AffineWarp warp = parts[0] switch
                {
                    "shear_x" => AffineWarp.ShearX(value),
                    "shear_y" => AffineWarp.ShearY(value),
                    "translate_x" => AffineWarp.Translate(value, 0),
                    "translate_y" => AffineWarp.Translate(0, value),
                    _ => AffineWarp.Rotate(value, image.Width, image.Height),
                };
                Interpolation filter = ViewOptions.ParseInterpolation(parts[2]);
                warp.Apply(image, filter, filter == Interpolation.Nearest ? default : AffineWarp.MeanFill);
                break;
        }

        byte[] expected = Golden.GetProperty("operations").GetProperty(name).GetBytesFromBase64();
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => expected[i] != image.Pixels[i])];
        Assert.True(wrong.Length == 0,
            wrong.Length == 0
                ? ""
                : $"{wrong.Length} values differ, the first {wrong[0]}: {image.Pixels[wrong[0]]} for PIL's {expected[wrong[0]]}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(53)]
    public void Planes_are_the_channels_one_after_the_other(int pixels)
    {
        byte[] turns = [.. Enumerable.Range(0, 3 * pixels).Select(i => (byte)(i * 7))], planes = new byte[3 * pixels];
        PixelOps.Planes(turns, planes);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(c => turns.Where((_, i) => i % 3 == c)), planes);
    }

    [Fact]
    public void Plain_pictures_survive()
    {
        var plain = new RgbImage(4, 3, Enumerable.Repeat((byte)77, 36).ToArray());
        PixelOps.AutoContrast(plain.Pixels);
        PixelOps.Equalize(plain.Pixels);
        PixelOps.Sharpness(plain.Pixels, 4, 1.9f);
        PixelOps.Contrast(plain.Pixels, 0.1f);
        GaussianBlur.Apply(plain, 2);
        Assert.All(plain.Pixels, p => Assert.Equal(77, p));
    }

    private static RgbImage Picture()
    {
        int width = Golden.GetProperty("width").GetInt32(), height = Golden.GetProperty("height").GetInt32();
        var pixels = new byte[width * height * 3];
        for (int y = 0, at = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, at += 3)
            {
                pixels[at] = (byte)((x * 11) + (y * 3));
                pixels[at + 1] = (byte)((40 + (x * y)) % 211);
                pixels[at + 2] = (byte)(((((200 - (7 * x) + (5 * y)) % 190) + 190) % 190) + 20);
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
