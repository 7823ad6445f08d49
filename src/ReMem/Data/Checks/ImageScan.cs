using System.Security.Cryptography;
using System.Text.Json.Serialization;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>The result of decoding every image of a split.</summary>
/// <param name="Split">Its name.</param>
/// <param name="Widths">Pixels, as shown upright; 0 for an image that cannot be used.</param>
/// <param name="Heights">Pixels.</param>
/// <param name="Formats">
/// One letter per image: J(PEG), P(NG), G(IF), W(ebP), B(MP), T(IFF); for an image that cannot be used the lower-case letter of
/// <see cref="UnreadFormat"/>, else "-".
/// </param>
/// <param name="HashBytes">The first half of each file's SHA-256, 16 bytes per image.</param>
/// <param name="Reasons">What is wrong, by index.</param>
/// <param name="Sums">Sum of each channel over the sampled pixels, 0 to 255.</param>
/// <param name="Squares">Sums of their squares.</param>
/// <param name="Sampled">Number of sampled pixels.</param>
internal sealed record ImageScan(
    string Split,
    int[] Widths,
    int[] Heights,
    string Formats,
    byte[] HashBytes,
    IReadOnlyDictionary<int, string> Reasons,
    double[] Sums,
    double[] Squares,
    long Sampled)
{
    private const int HashLength = 16;
    private const int MaxSampled = 1 << 16;
    private static readonly string[] FormatNames = ["JPEG", "PNG", "GIF", "WebP", "BMP", "TIFF"];

    private static readonly (char Letter, string Name)[] UnreadNames = [('h', "HEIC"), ('a', "AVIF"), ('k', "JPEG 2000"), ('x', "JPEG XL"),
        ('s', "SVG")];

    /// <summary>The fingerprints that near-duplicates are found by; empty in a scan read from an earlier run.</summary>
    [JsonIgnore]
    public ImagePrint[] Prints { get; private init; } = [];

    [JsonIgnore]
    public int Count => Widths.Length;

    /// <summary>The first half of a file's SHA-256.</summary>
    public UInt128 Hash(int index) => BitConverter.ToUInt128(HashBytes, index * HashLength);

    /// <summary>The first halves of all files' SHA-256; nothing is decoded.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static HashSet<UInt128> Hashes(IImageSource source, int threads) =>
        [.. SplitFingerprint.Digests(source, threads).Select(digest => BitConverter.ToUInt128(digest))];

    /// <summary>Whether a scan that was read is of this many images.</summary>
    public bool Fits(int count) =>
        Widths.Length == count && Heights.Length == count && Formats.Length == count && HashBytes.Length == count * HashLength
        && Sums.Length == 3 && Squares.Length == 3 && Sampled >= 0 && Reasons.Keys.All(i => i >= 0 && i < count)
        && Enumerable.Range(0, count).All(i =>
            (Widths[i] > 0) == (Heights[i] > 0) && Widths[i] >= 0 && Reasons.ContainsKey(i) == (Widths[i] == 0)
            && (Widths[i] == 0 || Format(i) is not null));

    public bool IsUsable(int index) => Widths[index] > 0;

    public int[] Usable() => Enumerable.Range(0, Count).Where(IsUsable).ToArray();

    /// <summary>The format's name; null for an image that cannot be used.</summary>
    public string? Format(int index) => FormatNames.FirstOrDefault(f => f[0] == Formats[index]);

    /// <summary>The format of an image that cannot be used because that format is not decoded; null for any other image.</summary>
    public string? UnreadFormat(int index) => UnreadNames.FirstOrDefault(f => f.Letter == Formats[index]).Name;

    /// <summary>The shortest side of any usable image, and that image's index; null where there is none.</summary>
    public (int Side, int Index)? Smallest() =>
        Usable() is { Length: > 0 } usable ? usable.Select(i => (Math.Min(Widths[i], Heights[i]), i)).MinBy(p => p.Item1) : null;

    public IReadOnlyList<BadImage> Bad(IImageSource source) =>
        [.. Reasons.OrderBy(r => r.Key).Select(r => new BadImage(Split, r.Key, source.Name(r.Key), r.Value))];

    /// <summary>Usable images whose file extension is of another format than their content.</summary>
    public IEnumerable<(string File, string Format)> Misnamed(IImageSource source) => Usable()
        .Where(i => Promised(source.Name(i)) is { } promised && promised != Format(i)).Select(i => (source.Name(i), Format(i)!));

    /// <summary>Decodes every image once, keeping what fits the cache.</summary>
    /// <param name="split">The split's name.</param>
    /// <param name="source">The split.</param>
    /// <param name="cache">Keeps images; null stores none.</param>
    /// <param name="threads">Threads to decode on.</param>
    /// <param name="onImage">Reported after every image.</param>
    /// <param name="viewSize">
    /// Side of the views that will be made: images that are decoded smaller for them are not cached in full size.
    /// </param>
    public static ImageScan Run(string split, IImageSource source, DecodedImageCache? cache, int threads, Action? onImage = null,
        int viewSize = 0)
    {
        int count = source.Count;
        var reasons = new string?[count];
        var (widths, heights) = (new int[count], new int[count]);
        var formats = new char[count];
        var hashes = new byte[count * HashLength];
        var prints = new ImagePrint[count];
        var channels = new ChannelSums();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new ChannelSums(), (i, _, sums) =>
        {
            formats[i] = '-';
            byte[] encoded = [];
            try
            {
                encoded = source.Read(i);
                SHA256.HashData(encoded).AsSpan(0, HashLength).CopyTo(hashes.AsSpan(i * HashLength));
                ImageDecoder.Decoded decoded = ImageDecoder.Decode(
                    encoded, encoded.Length, source.Name(i), ImageDecoder.DefaultMaxPixels, default, bytes => new byte[bytes]);
                RgbImage image = decoded.Image;
                string? format = ImageDecoder.FormatOf(encoded);
                if (new DecodedSize(viewSize).Divisor(decoded.Width, decoded.Height, decoded.IsJpeg) == 1)
                    cache?.Keep(source, i, image, decoded.IsJpeg);
                (widths[i], heights[i]) = (decoded.Width, decoded.Height);
                formats[i] = format?[0] ?? '-';
                prints[i] = ImagePrint.Of(image);
                sums.Add(image);
            }
            catch (InputException e)
            {
                reasons[i] = e.Message;
                string? unread = ImageDecoder.UnreadFormatOf(encoded);
                formats[i] = Array.Find(UnreadNames, f => f.Name == unread) is { Name: not null } known ? known.Letter : '-';
            }

            onImage?.Invoke();
            return sums;
        }, channels.Add);
        return new ImageScan(
            split, widths, heights, new string(formats), hashes,
            Enumerable.Range(0, count).Where(i => reasons[i] is not null).ToDictionary(i => i, i => reasons[i]!),
            channels.Sums, channels.Squares, channels.Count)
        {
            Prints = prints,
        };
    }

    /// <summary>The format of a file extension; null where it has none.</summary>
    private static string? Promised(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".JPG" or ".JPEG" or ".JPE" or ".JFIF" => "JPEG",
        ".PNG" => "PNG",
        ".GIF" => "GIF",
        ".WEBP" => "WebP",
        ".BMP" => "BMP",
        ".TIF" or ".TIFF" => "TIFF",
        _ => null,
    };

    /// <summary>Integers, so that the order of addition does not matter.</summary>
    private sealed class ChannelSums
    {
        private readonly long[] _sums = new long[3];
        private readonly long[] _squares = new long[3];

        public long Count { get; private set; }

        public double[] Sums => [.. _sums.Select(s => (double)s)];

        public double[] Squares => [.. _squares.Select(s => (double)s)];

        /// <summary>Adds an image's pixels; of a large image every n-th.</summary>
        public void Add(RgbImage image)
        {
            int pixels = image.Pixels.Length / 3, step = ((pixels - 1) / MaxSampled) + 1;
            for (int i = 0; i < pixels; i += step)
            {
                for (int c = 0; c < 3; c++)
                {
                    int value = image.Pixels[(3 * i) + c];
                    _sums[c] += value;
                    _squares[c] += value * value;
                }

                Count++;
            }
        }

        public void Add(ChannelSums other)
        {
            lock (this)
            {
                for (int c = 0; c < 3; c++)
                {
                    _sums[c] += other._sums[c];
                    _squares[c] += other._squares[c];
                }

                Count += other.Count;
            }
        }
    }
}
