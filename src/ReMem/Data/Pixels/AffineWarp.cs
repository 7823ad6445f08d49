using System.Buffers;

namespace ReMem.Data.Pixels;

/// <summary>
/// PIL's affine transform of an image onto its own size, in place: the output pixel (x, y) is the input at (a x + b y + c, d x + e y + f),
/// by pixel centres; pixels from outside get the fill colour.
/// </summary>
internal readonly record struct AffineWarp(double A, double B, double C, double D, double E, double F)
{
    /// <summary>ImageNet's mean colour, timm's fill.</summary>
    public static readonly (byte R, byte G, byte B) MeanFill = (124, 116, 104);

    /// <summary>Shears x by a share of y.</summary>
    public static AffineWarp ShearX(double share) => new(1, share, 0, 0, 1, 0);

    /// <summary>Shears y by a share of x.</summary>
    public static AffineWarp ShearY(double share) => new(1, 0, 0, share, 1, 0);

    /// <summary>Translates by pixels.</summary>
    public static AffineWarp Translate(double x, double y) => new(1, 0, x, 0, 1, y);

    /// <summary>Rotates about the centre, counter-clockwise.</summary>
    public static AffineWarp Rotate(double degrees, int width, int height)
    {
        double angle = -degrees * Math.PI / 180;
        (double sin, double cos) = (Math.Round(Math.Sin(angle), 15), Math.Round(Math.Cos(angle), 15));
        double x = width / 2.0, y = height / 2.0;
        return new(cos, sin, x - (cos * x) - (sin * y), -sin, cos, y + (sin * x) - (cos * y));
    }

    /// <summary>Transforms the image.</summary>
    /// <param name="image">Changed in place.</param>
    /// <param name="filter">Nearest, bilinear or bicubic (PIL's transform has the sharper cubic, a = -1);
    /// none of them is antialiased.</param>
    /// <param name="fill">The colour of pixels from outside.</param>
    public void Apply(RgbImage image, Interpolation filter, (byte R, byte G, byte B) fill)
    {
        int width = image.Width, height = image.Height;
        byte[] rented = ArrayPool<byte>.Shared.Rent(image.Pixels.Length);
        ReadOnlySpan<byte> source = rented.AsSpan(0, image.Pixels.Length);
        image.Pixels.CopyTo(rented, 0);
        Span<byte> target = image.Pixels;
        for (int y = 0, at = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, at += 3)
            {
                double u = (A * (x + 0.5)) + (B * (y + 0.5)) + C, v = (D * (x + 0.5)) + (E * (y + 0.5)) + F;
                if (!(u >= 0 && u < width && v >= 0 && v < height))
                    (target[at], target[at + 1], target[at + 2]) = fill;
                else if (filter == Interpolation.Nearest)
                    source.Slice((((int)v * width) + (int)u) * 3, 3).CopyTo(target[at..]);
                else if (filter == Interpolation.Bilinear)
                    Bilinear(source, width, height, u - 0.5, v - 0.5, target.Slice(at, 3));
                else
                    Bicubic(source, width, height, u - 0.5, v - 0.5, target.Slice(at, 3));
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void Bilinear(ReadOnlySpan<byte> source, int width, int height, double u, double v, Span<byte> target)
    {
        int x = (int)Math.Floor(u), y = (int)Math.Floor(v);
        double dx = u - x, dy = v - y;
        int left = Math.Max(x, 0) * 3, right = Math.Min(x + 1, width - 1) * 3;
        int top = Math.Max(y, 0) * width * 3, bottom = Math.Min(y + 1, height - 1) * width * 3;
        for (int c = 0; c < 3; c++)
        {
            double above = source[top + left + c] + ((source[top + right + c] - source[top + left + c]) * dx);
            double below = source[bottom + left + c] + ((source[bottom + right + c] - source[bottom + left + c]) * dx);
            target[c] = (byte)(above + ((below - above) * dy));
        }
    }

    private static void Bicubic(ReadOnlySpan<byte> source, int width, int height, double u, double v, Span<byte> target)
    {
        int x = (int)Math.Floor(u), y = (int)Math.Floor(v);
        double dx = u - x, dy = v - y;
        Span<int> columns = [Column(x - 1), Column(x), Column(x + 1), Column(x + 2)];
        Span<int> rows = [Row(y - 1), Row(y), Row(y + 1), Row(y + 2)];
        Span<double> lines = stackalloc double[4];
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < 4; i++)
            {
                int at = rows[i] + c;
                lines[i] = Cubic(source[at + columns[0]], source[at + columns[1]], source[at + columns[2]], source[at + columns[3]], dx);
            }

            double value = Cubic(lines[0], lines[1], lines[2], lines[3], dy);
            target[c] = value <= 0 ? (byte)0 : value >= 255 ? (byte)255 : (byte)value;
        }

        int Column(int at) => Math.Clamp(at, 0, width - 1) * 3;
        int Row(int at) => Math.Clamp(at, 0, height - 1) * width * 3;
    }

    private static double Cubic(double a, double b, double c, double d, double at) =>
        b + (at * (c - a + (at * ((2 * (a - b)) + c - d + (at * (b - a - c + d))))));
}
