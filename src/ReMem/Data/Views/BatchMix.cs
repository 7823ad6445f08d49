using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Data.Views;

/// <summary>
/// How the images of a batch were mixed: each is <paramref name="Share"/> of itself and the rest of its partner in the reversed
/// batch. Labels are mixed in the same way.
/// </summary>
/// <param name="Share">Share of an image's own label, 0 to 1.</param>
internal sealed record BatchMix(double Share)
{
    private const int Steps = 256;

    /// <summary>
    /// Mixes a batch in place: mixup (Zhang 2017) or CutMix (Yun 2019), with a share from Beta(alpha, alpha), one share per batch as in
    /// timm's batch mode. Where both alphas are above 0, each batch uses one or the other with equal chance.
    /// </summary>
    /// <param name="batches">The same batch at one size or several: uint8 [B, 3, H, H].</param>
    /// <param name="count">B.</param>
    /// <param name="mixupAlpha">0 turns mixup off.</param>
    /// <param name="cutmixAlpha">0 turns CutMix off.</param>
    /// <param name="random">The batch's random stream.</param>
    internal static BatchMix Apply(IReadOnlyList<Tensor> batches, int count, double mixupAlpha, double cutmixAlpha, CounterRandom random)
    {
        bool cut = random.NextDouble() < 0.5 ? cutmixAlpha > 0 : mixupAlpha == 0;
        double share = Beta(cut ? cutmixAlpha : mixupAlpha, ref random);
        double x = random.NextDouble(), y = random.NextDouble();
        double own = 0;
        for (int b = batches.Count - 1; b >= 0; b--)
        {
            // The labels are weighted by the first size's share.
            Span<byte> planes = batches[b].bytes;
            own = cut ? Cut(planes, count, (int)batches[b].shape[^1], share, x, y) : Blend(planes, count, share);
        }

        return new BatchMix(own);
    }

    private static double Blend(Span<byte> planes, int count, double share)
    {
        int length = planes.Length / count, own = (int)Math.Round(share * Steps);
        for (int i = 0; i < count / 2; i++)
        {
            Span<byte> a = planes.Slice(i * length, length), b = planes.Slice((count - 1 - i) * length, length);
            for (int p = 0; p < a.Length; p++)
            {
                int first = a[p], second = b[p];
                a[p] = (byte)(((first * own) + (second * (Steps - own)) + (Steps / 2)) / Steps);
                b[p] = (byte)(((second * own) + (first * (Steps - own)) + (Steps / 2)) / Steps);
            }
        }

        return (double)own / Steps;
    }

    /// <summary>
    /// Partners swap a rectangle around a random centre, clipped to the image; the share is the area that is not swapped.
    /// </summary>
    private static double Cut(Span<byte> planes, int count, int side, double share, double x, double y)
    {
        int length = planes.Length / count, half = (int)(side * Math.Sqrt(1 - share)) / 2;
        int centerX = (int)(x * side), centerY = (int)(y * side);
        int left = Math.Max(0, centerX - half), right = Math.Min(side, centerX + half), top = Math.Max(0, centerY - half),
            bottom = Math.Min(side, centerY + half);
        byte[] kept = new byte[right - left];
        for (int i = 0; i < count / 2; i++)
        {
            Span<byte> a = planes.Slice(i * length, length), b = planes.Slice((count - 1 - i) * length, length);
            for (int row = 0; row < length / side; row++)
            {
                if (row % side < top || row % side >= bottom)
                    continue;
                Span<byte> mine = a.Slice((row * side) + left, right - left), theirs = b.Slice((row * side) + left, right - left);
                mine.CopyTo(kept);
                theirs.CopyTo(mine);
                kept.CopyTo(theirs);
            }
        }

        return 1 - ((right - left) * (bottom - top) / ((double)side * side));
    }

    /// <summary>Beta(alpha, alpha) from two gammas.</summary>
    private static double Beta(double alpha, ref CounterRandom random)
    {
        double a = Gamma(alpha, ref random), b = Gamma(alpha, ref random);
        return a + b > 0 ? a / (a + b) : 0.5;
    }

    /// <summary>Marsaglia and Tsang 2000.</summary>
    private static double Gamma(double shape, ref CounterRandom random)
    {
        if (shape < 1)
            return Gamma(shape + 1, ref random) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = random.Normal(), v = 1 + (c * normal);
            v = v * v * v;
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * normal * normal) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }
}
