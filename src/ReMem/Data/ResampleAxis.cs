namespace ReMem.Data;

/// <summary>
/// One direction of a resize: per output position the first source position and the fixed-point weights from there on. It is filled again and again, so
/// that a thread needs no new arrays for an image.
/// </summary>
internal sealed class ResampleAxis
{
    /// <summary>Bits after the point of a weight.</summary>
    public const int PrecisionBits = 22;

    private int[] _starts = [];
    private int[] _weights = [];
    private int[] _counts = [];
    private int _stride;

    /// <summary>Output positions.</summary>
    public int Count { get; private set; }

    /// <summary>The result is the source itself: PIL skips that pass.</summary>
    public bool IsCopy { get; private set; }

    /// <summary>The first source position that any output position needs.</summary>
    public int First => _starts[0];

    /// <summary>The source position after the last one that is needed.</summary>
    public int End => _starts[Count - 1] + _counts[Count - 1];

    /// <summary>The first source position of an output position.</summary>
    public int Start(int position) => _starts[position];

    /// <summary>Its weights.</summary>
    public ReadOnlySpan<int> Weights(int position) => _weights.AsSpan(position * _stride, _counts[position]);

    /// <summary>Fills it for <paramref name="count"/> positions from <paramref name="outStart"/> on of a resize of inSize to outSize.</summary>
    public void Fill(int inSize, long outSize, long outStart, int count, Interpolation interpolation)
    {
        double scale = inSize / (double)outSize;
        IsCopy = inSize == outSize;
        if (interpolation == Interpolation.Nearest || IsCopy)
        {
            Reserve(count, 1);
            for (int i = 0; i < count; i++)
            {
                _starts[i] = Math.Min(inSize - 1, (int)((outStart + i + 0.5) * scale));
                _weights[i] = 1 << PrecisionBits;
                _counts[i] = 1;
            }

            return;
        }

        double filterScale = Math.Max(scale, 1);
        double support = filterScale * interpolation switch { Interpolation.Bilinear => 1, Interpolation.Bicubic => 2, _ => 3 };
        int stride = ((int)Math.Ceiling(support) * 2) + 1;
        Reserve(count, stride);
        Span<double> raw = stride <= 512 ? stackalloc double[stride] : new double[stride];
        for (int i = 0; i < count; i++)
        {
            double center = (outStart + i + 0.5) * scale;
            int from = Math.Max(0, (int)(center - support + 0.5));
            int taps = Math.Min(inSize, (int)(center + support + 0.5)) - from;
            double total = 0;
            for (int k = 0; k < taps; k++)
                total += raw[k] = Filter(interpolation, (k + from - center + 0.5) / filterScale);
            for (int k = 0; k < taps; k++)
            {
                double weight = (total == 0 ? raw[k] : raw[k] / total) * (1 << PrecisionBits);
                _weights[(i * stride) + k] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }

            _starts[i] = from;
            _counts[i] = taps;
        }
    }

    private void Reserve(int count, int stride)
    {
        (Count, _stride) = (count, stride);
        if (_starts.Length < count)
            (_starts, _counts) = (new int[count], new int[count]);
        if (_weights.Length < count * stride)
            _weights = new int[count * stride];
    }

    private static double Filter(Interpolation interpolation, double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return interpolation switch
        {
            Interpolation.Bilinear => x < 1 ? 1 - x : 0,
            Interpolation.Bicubic when x < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            Interpolation.Bicubic => x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a : 0,
            _ => x < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
