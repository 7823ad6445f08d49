namespace ReMem.Cli.Tests;

/// <summary>A temporary folder for a test, removed after it, with small drawings of classes that differ in colour.</summary>
internal sealed class Workspace : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("remem-cli-").FullName;

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Makes train/, val/ and test/ with that many images per class; classes are "blue", "green", "red".</summary>
    public string Photos(int train = 24, int rest = 8, string name = "photos")
    {
        (string Name, SkiaSharp.SKColor Color)[] classes = [("blue", new(40, 60, 200)), ("green", new(40, 180, 60)),
            ("red", new(200, 50, 40))];
        foreach ((string split, int count) in new[] { ("train", train), ("val", rest), ("test", rest) })
        {
            foreach (var (label, color) in classes)
            {
                Directory.CreateDirectory(At(name, split, label));
                for (int i = 0; i < count; i++)
                    Draw(At(name, split, label, $"{i}.png"), color, (split.Length * 1000) + i);
            }
        }

        return At(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Draw(string file, SkiaSharp.SKColor color, int seed)
    {
        using var bitmap = new SkiaSharp.SKBitmap(40, 40);
        var random = new Random(seed);
        for (int y = 0; y < 40; y++)
        {
            for (int x = 0; x < 40; x++)
                bitmap.SetPixel(x, y, new SkiaSharp.SKColor(Near(color.Red), Near(color.Green), Near(color.Blue)));
        }

        byte Near(byte value) => (byte)Math.Clamp(value + random.Next(-40, 41), 0, 255);
        File.WriteAllBytes(file, bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100).ToArray());
    }
}
