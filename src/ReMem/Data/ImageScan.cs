using System.Security.Cryptography;

namespace ReMem.Data;

/// <summary>An image that cannot be used.</summary>
/// <param name="Split">"train", "val" or "test"; "" where a lone loader found it.</param>
/// <param name="Index">Its index in the split.</param>
/// <param name="Name">Its file, or its row.</param>
/// <param name="Reason">One line: what is wrong with it.</param>
public sealed record BadImage(string Split, int Index, string Name, string Reason);

/// <summary>What decoding every image of a split shows.</summary>
internal sealed class ImageScan
{
    private readonly bool[] _good;

    private ImageScan(string split, int count)
    {
        Split = split;
        _good = new bool[count];
        Hashes = new UInt128[count];
    }

    public string Split { get; }

    public IReadOnlyList<BadImage> Bad { get; private set; } = [];

    /// <summary>Half of each file's SHA-256.</summary>
    public UInt128[] Hashes { get; }

    /// <summary>The shortest side of any usable image, and that image's index; null where there is none.</summary>
    public (int Side, int Index)? Smallest { get; private set; }

    /// <summary>Usable images whose name ends as another format than their content has.</summary>
    public IReadOnlyList<(string File, string Format)> Misnamed { get; private set; } = [];

    public int[] Usable() => Enumerable.Range(0, _good.Length).Where(i => _good[i]).ToArray();

    /// <summary>Decodes every image once, keeping what fits the cache.</summary>
    public static ImageScan Run(string split, IImageSource source, DecodedImageCache? cache, int threads, Action? onImage = null)
    {
        var scan = new ImageScan(split, source.Count);
        var reasons = new string?[source.Count];
        var sides = new int[source.Count];
        var formats = new string?[source.Count];
        Parallel.For(0, source.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            try
            {
                byte[] encoded = source.Read(i);
                scan.Hashes[i] = BitConverter.ToUInt128(SHA256.HashData(encoded));
                RgbImage image = ImageDecoder.Decode(encoded, source.Name(i));
                cache?.Keep(source, i, image);
                sides[i] = Math.Min(image.Width, image.Height);
                formats[i] = OtherFormat(encoded, source.Name(i));
                scan._good[i] = true;
            }
            catch (InputException e)
            {
                reasons[i] = e.Message;
            }

            onImage?.Invoke();
        });
        scan.Bad = Enumerable.Range(0, source.Count).Where(i => reasons[i] is not null)
            .Select(i => new BadImage(split, i, source.Name(i), reasons[i]!)).ToArray();
        int[] usable = scan.Usable();
        scan.Misnamed = usable.Where(i => formats[i] is not null).Select(i => (source.Name(i), formats[i]!)).ToArray();
        scan.Smallest = usable.Length == 0 ? null : usable.Select(i => (sides[i], i)).MinBy(p => p.Item1);
        return scan;
    }

    /// <summary>The format of the content where the name promises another one; null where it fits or promises none.</summary>
    private static string? OtherFormat(ReadOnlySpan<byte> encoded, string name)
    {
        string? promised = Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" or ".JPE" or ".JFIF" => "JPEG",
            ".PNG" => "PNG",
            ".GIF" => "GIF",
            ".WEBP" => "WebP",
            ".BMP" => "BMP",
            _ => null,
        };
        string? format = ImageDecoder.FormatOf(encoded);
        return promised is null || format == promised ? null : format;
    }
}
