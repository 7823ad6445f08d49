using SkiaSharp;

namespace ReMem.Bench.Data;

/// <summary>
/// Synthetic photos of 12 megapixels: gradients, shapes and grain at several scales, so that a JPEG of them is as large as a camera's.
/// </summary>
internal static class SyntheticPhotos
{
    private const int Width = 4000;
    private const int Height = 3000;
    private const int Quality = 90;

    /// <summary>Writes class folders of JPEGs, unless they are there.</summary>
    public static string[] Write(string folder, int count)
    {
        string[] files = [.. Enumerable.Range(0, count).Select(i => Path.Combine(folder, i % 2 == 0 ? "a" : "b", $"{i:000}.jpg"))];
        foreach ((string file, int seed) in files.Select((f, i) => (f, i)).Where(p => !File.Exists(p.f)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Draw(new Random(seed)));
        }

        return files;
    }

    private static byte[] Draw(Random random)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            using SKShader sky = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(random.Next(Width), Height),
                [Color(random), Color(random), Color(random)], SKShaderTileMode.Clamp)!;
            using var paint = new SKPaint { Shader = sky };
            canvas.DrawRect(0, 0, Width, Height, paint);
            for (int i = 0; i < 400; i++)
            {
                using var shape = new SKPaint { Color = Color(random).WithAlpha((byte)random.Next(60, 256)), IsAntialias = true };
                float size = (float)(20 * Math.Pow(40, random.NextDouble()));
                canvas.DrawOval(random.Next(Width), random.Next(Height), size, size * (float)(0.3 + random.NextDouble()), shape);
            }

            foreach (int side in new[] { 60, 250, 1000 })
                Grain(canvas, random, side);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality)!;
        return data.ToArray();
    }

    /// <summary>Noise of that many pixels across, enlarged smoothly over the picture.</summary>
    private static void Grain(SKCanvas canvas, Random random, int side)
    {
        int rows = side * Height / Width;
        using var noise = new SKBitmap(new SKImageInfo(side, rows, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        byte[] pixels = new byte[side * rows * 4];
        random.NextBytes(pixels);
        for (int i = 3; i < pixels.Length; i += 4)
            pixels[i] = 40;
        pixels.CopyTo(noise.GetPixelSpan());
        using SKImage image = SKImage.FromBitmap(noise)!;
        canvas.DrawImage(image, new SKRect(0, 0, Width, Height), new SKSamplingOptions(SKCubicResampler.Mitchell));
    }

    private static SKColor Color(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}
