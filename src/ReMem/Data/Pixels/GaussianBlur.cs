using System.Buffers;

namespace ReMem.Data.Pixels;

/// <summary>A Gaussian blur as torchvision's: a separable kernel, the picture mirrored at its borders.</summary>
internal static class GaussianBlur
{
    private const int Bits = 15;

    // torchvision's kernel has 23 taps; weights beyond four deviations vanish.
    private const int MaxTaps = 11;

    /// <summary>Blurs in place.</summary>
    /// <param name="image">Changed in place.</param>
    /// <param name="sigma">The deviation in pixels, above 0.</param>
    public static void Apply(RgbImage image, double sigma)
    {
        int radius = Math.Clamp((int)Math.Ceiling(4 * sigma), 1, MaxTaps);
        int[] kernel = Kernel(sigma, radius);
        int width = image.Width, height = image.Height, stride = width * 3;
        byte[] between = ArrayPool<byte>.Shared.Rent(image.Pixels.Length);
        int[] sums = ArrayPool<int>.Shared.Rent(stride);
        byte[] padded = ArrayPool<byte>.Shared.Rent(stride + (6 * radius));
        Span<int> sum = sums.AsSpan(0, stride);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.AsSpan(y * stride, stride);
            for (int x = -radius; x < width + radius; x++)
                row.Slice(Mirror(x, width) * 3, 3).CopyTo(padded.AsSpan((x + radius) * 3));
            sum.Fill(1 << (Bits - 1));
            for (int k = 0; k < kernel.Length; k++)
                Resampler.AddScaled(padded.AsSpan(3 * k, stride), kernel[k], sum);
            Store(sum, between.AsSpan(y * stride, stride));
        }

        for (int y = 0; y < height; y++)
        {
            sum.Fill(1 << (Bits - 1));
            for (int k = 0; k < kernel.Length; k++)
                Resampler.AddScaled(between.AsSpan(Mirror(y + k - radius, height) * stride, stride), kernel[k], sum);
            Store(sum, image.Pixels.AsSpan(y * stride, stride));
        }

        ArrayPool<byte>.Shared.Return(between);
        ArrayPool<int>.Shared.Return(sums);
        ArrayPool<byte>.Shared.Return(padded);
    }

    /// <summary>Weights that sum to exactly one, so that a uniform picture does not change.</summary>
    private static int[] Kernel(double sigma, int radius)
    {
        double[] raw = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        double total = raw.Sum();
        int[] kernel = [.. raw.Select(w => (int)Math.Round(w / total * (1 << Bits)))];
        kernel[radius] += (1 << Bits) - kernel.Sum();
        return kernel;
    }

    /// <summary>Reflects a position without repeating the border; repeatedly where the picture is narrower than the kernel.</summary>
    private static int Mirror(int at, int count)
    {
        if (count == 1)
            return 0;
        int period = 2 * (count - 1);
        at = ((at % period) + period) % period;
        return at < count ? at : period - at;
    }

    private static void Store(ReadOnlySpan<int> sum, Span<byte> target)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = (byte)(sum[i] >> Bits);
    }
}
