namespace ReMem.Data;

/// <summary>The filters of resizing.</summary>
public enum Interpolation
{
    /// <summary>Triangle.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5, as PIL.</summary>
    Bicubic,

    /// <summary>Windowed sinc with three lobes.</summary>
    Lanczos,
}

/// <summary>
/// Antialiased resizing with PIL's arithmetic: the filter is stretched when shrinking, coefficients are fixed-point with 22 bits, and each of
/// the two passes (columns, then rows) rounds to 8 bits.
/// </summary>
public static class Resampler
{
    private const int Precision = 32 - 8 - 2;

    /// <summary>Resizes a part of an image.</summary>
    /// <param name="image">The source.</param>
    /// <param name="left">First column of the part.</param>
    /// <param name="top">First row of the part.</param>
    /// <param name="partWidth">Columns of the part.</param>
    /// <param name="partHeight">Rows of the part.</param>
    /// <param name="width">Columns of the result.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="interpolation">The filter.</param>
    public static RgbImage Resize(RgbImage image, int left, int top, int partWidth, int partHeight, int width, int height, Interpolation interpolation)
    {
        byte[] rows = width == partWidth ? Columns(image, left, top, partWidth, partHeight) : Horizontal(image, left, top, partHeight, Coefficients.Of(partWidth, width, interpolation));
        return new RgbImage(width, height, height == partHeight ? rows : Vertical(rows, width, Coefficients.Of(partHeight, height, interpolation)));
    }

    /// <summary>Resizes a whole image.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height, Interpolation interpolation) =>
        Resize(image, 0, 0, image.Width, image.Height, width, height, interpolation);

    private static byte[] Columns(RgbImage image, int left, int top, int width, int height)
    {
        byte[] rows = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
            image.Pixels.AsSpan((((top + y) * image.Width) + left) * 3, width * 3).CopyTo(rows.AsSpan(y * width * 3));
        return rows;
    }

    private static byte[] Horizontal(RgbImage image, int left, int top, int height, Coefficients filter)
    {
        int width = filter.Starts.Length;
        byte[] result = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.AsSpan((((top + y) * image.Width) + left) * 3);
            int to = y * width * 3;
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<int> weights = filter.Weights(x);
                int from = filter.Starts[x] * 3;
                int r = 1 << (Precision - 1), g = r, b = r;
                foreach (int weight in weights)
                {
                    r += weight * row[from];
                    g += weight * row[from + 1];
                    b += weight * row[from + 2];
                    from += 3;
                }

                result[to++] = Clip(r);
                result[to++] = Clip(g);
                result[to++] = Clip(b);
            }
        }

        return result;
    }

    private static byte[] Vertical(byte[] rows, int width, Coefficients filter)
    {
        int stride = width * 3;
        byte[] result = new byte[filter.Starts.Length * stride];
        int[] sums = new int[stride];
        for (int y = 0; y < filter.Starts.Length; y++)
        {
            Array.Fill(sums, 1 << (Precision - 1));
            int from = filter.Starts[y] * stride;
            foreach (int weight in filter.Weights(y))
            {
                ReadOnlySpan<byte> row = rows.AsSpan(from, stride);
                for (int i = 0; i < row.Length; i++)
                    sums[i] += weight * row[i];
                from += stride;
            }

            Span<byte> target = result.AsSpan(y * stride, stride);
            for (int i = 0; i < target.Length; i++)
                target[i] = Clip(sums[i]);
        }

        return result;
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Precision, 0, 255);

    /// <summary>The fixed-point filter of every output pixel along one axis.</summary>
    private sealed class Coefficients
    {
        private readonly int[][] _weights;

        private Coefficients(int[] starts, int[][] weights)
        {
            Starts = starts;
            _weights = weights;
        }

        public int[] Starts { get; }

        public ReadOnlySpan<int> Weights(int index) => _weights[index];

        public static Coefficients Of(int from, int to, Interpolation interpolation)
        {
            double scale = (double)from / to;
            double stretch = Math.Max(scale, 1);
            double support = stretch * Support(interpolation);
            int[] starts = new int[to];
            int[][] weights = new int[to][];
            for (int i = 0; i < to; i++)
            {
                double centre = (i + 0.5) * scale;
                int first = Math.Max((int)(centre - support + 0.5), 0);
                int last = Math.Min((int)(centre + support + 0.5), from);
                double[] exact = new double[last - first];
                for (int j = 0; j < exact.Length; j++)
                    exact[j] = Filter((j + first - centre + 0.5) / stretch, interpolation);
                double sum = exact.Sum();
                starts[i] = first;
                weights[i] = [.. exact.Select(w => Round(w / sum * (1 << Precision)))];
            }

            return new Coefficients(starts, weights);
        }

        private static int Round(double value) => (int)(value < 0 ? value - 0.5 : value + 0.5);

        private static double Support(Interpolation interpolation) => interpolation switch
        {
            Interpolation.Bilinear => 1,
            Interpolation.Bicubic => 2,
            _ => 3,
        };

        private static double Filter(double x, Interpolation interpolation)
        {
            x = Math.Abs(x);
            return interpolation switch
            {
                Interpolation.Bilinear => x < 1 ? 1 - x : 0,
                Interpolation.Bicubic => Cubic(x),
                _ => x < 3 ? Sinc(x) * Sinc(x / 3) : 0,
            };
        }

        private static double Cubic(double x)
        {
            const double a = -0.5;
            if (x < 1)
                return (((a + 2) * x) - (a + 3)) * x * x + 1;
            return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a : 0;
        }

        private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
    }
}
