using ReMem.Data.Sources;
using ReMem.Runtime;
using SkiaSharp;

namespace ReMem.Bench;

/// <summary>JPEGs of smooth random colours in memory, of a photo's size on disk; sample i has label i mod classes.</summary>
internal sealed class DrawnImages(int count, int classes, int side) : IImageSource
{
    private readonly byte[][] _images = [.. Enumerable.Range(0, count).Select(i => Draw(i, side))];

    public int Count => _images.Length;

    public int Label(int index) => index % classes;

    public string Name(int index) => $"drawn {index}";

    public byte[] Read(int index) => _images[index];

    private static byte[] Draw(int index, int side)
    {
        var random = new CounterRandom(0, "drawn", 0, index);
        SKColor Colour() => new((byte)random.NextInt(256), (byte)random.NextInt(256), (byte)random.NextInt(256));
        using var bitmap = new SKBitmap(side, side);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Colour());
        for (int i = 0; i < 12; i++)
        {
            using var paint = new SKPaint { Color = Colour().WithAlpha(160), IsAntialias = true };
            canvas.DrawCircle(random.NextInt(side), random.NextInt(side), random.NextInt(side / 2), paint);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }
}
