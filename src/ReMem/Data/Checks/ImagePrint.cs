using System.Numerics;
using ReMem.Data.Pixels;

namespace ReMem.Data.Checks;

/// <summary>
/// A fingerprint that survives resizing, recompression and slight retouching: 64 bits of the lowest frequencies (a perceptual hash by
/// cosine transform, as pHash) and a thumbnail of 16 x 16. The default is that of an image that could not be decoded, which matches no
/// other.
/// </summary>
/// <param name="Hash">Which of the 8 x 8 lowest frequencies of the grey image are above their median.</param>
/// <param name="Thumbnail">16 x 16 x 3 bytes.</param>
internal readonly record struct ImagePrint(ulong Hash, byte[]? Thumbnail)
{
    private const int Side = 32;
    private const int Low = 8;
    private const int ThumbnailSide = 16;
    private const int MaxBits = 6;

    // Recompression leaves about 1; two photos of one shelf, or two handwritten ones, are far apart.
    private const double MinDifference = 2;
    private const double DifferenceByContrast = 0.1;

    private static readonly float[] Cosines = MakeCosines();

    /// <summary>Computes an image's fingerprint.</summary>
    public static ImagePrint Of(RgbImage image)
    {
        byte[] small = Resampler.Resize(image, Side, Side, Interpolation.Bilinear).Pixels;
        Span<float> grey = stackalloc float[Side * Side];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (0.299f * small[3 * i]) + (0.587f * small[(3 * i) + 1]) + (0.114f * small[(3 * i) + 2]);
        Span<float> rows = stackalloc float[Low * Side];
        for (int v = 0; v < Low; v++)
        {
            for (int x = 0; x < Side; x++)
            {
                for (int y = 0; y < Side; y++)
                    rows[(v * Side) + x] += Cosines[(v * Side) + y] * grey[(y * Side) + x];
            }
        }

        Span<float> frequencies = stackalloc float[Low * Low];
        for (int v = 0; v < Low; v++)
        {
            for (int u = 0; u < Low; u++)
                frequencies[(v * Low) + u] = Dot(Cosines.AsSpan(u * Side, Side), rows.Slice(v * Side, Side));
        }

        // The mean is its brightness, not its content.
        Span<float> sorted = stackalloc float[(Low * Low) - 1];
        frequencies[1..].CopyTo(sorted);
        sorted.Sort();
        float median = sorted[sorted.Length / 2];
        ulong hash = 0;
        for (int i = 1; i < frequencies.Length; i++)
            hash |= frequencies[i] > median ? 1UL << i : 0;
        return new ImagePrint(hash, Halved(small));
    }

    /// <summary>Whether both show the same picture: few other bits, and thumbnails that differ little for their contrast.</summary>
    public bool IsNear(in ImagePrint other)
    {
        if (Thumbnail is null || other.Thumbnail is null || BitOperations.PopCount(Hash ^ other.Hash) > MaxBits)
            return false;
        // Contrast within the channels: a red wall has none.
        double differences = 0, squares = 0;
        Span<double> sums = stackalloc double[3];
        for (int i = 0; i < Thumbnail.Length; i++)
        {
            int mine = Thumbnail[i], difference = mine - other.Thumbnail[i];
            differences += difference * difference;
            squares += mine * mine;
            sums[i % 3] += mine;
        }

        double count = Thumbnail.Length, perChannel = count / 3;
        double variance = (squares - (((sums[0] * sums[0]) + (sums[1] * sums[1]) + (sums[2] * sums[2])) / perChannel)) / count;
        return Math.Sqrt(differences / count) <= Math.Max(MinDifference, DifferenceByContrast * Math.Sqrt(Math.Max(0, variance)));
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static byte[] Halved(byte[] small)
    {
        var half = new byte[ThumbnailSide * ThumbnailSide * 3];
        for (int i = 0; i < half.Length; i++)
        {
            int c = i % 3, x = i / 3 % ThumbnailSide, y = i / 3 / ThumbnailSide;
            int at = (((2 * y * Side) + (2 * x)) * 3) + c;
            half[i] = (byte)((small[at] + small[at + 3] + small[at + (3 * Side)] + small[at + (3 * Side) + 3] + 2) / 4);
        }

        return half;
    }

    private static float[] MakeCosines()
    {
        var cosines = new float[Low * Side];
        for (int u = 0; u < Low; u++)
        {
            for (int x = 0; x < Side; x++)
                cosines[(u * Side) + x] = (float)Math.Cos(Math.PI * u * (x + 0.5) / Side);
        }

        return cosines;
    }
}
