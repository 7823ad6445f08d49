namespace ReMem.Data.Pixels;

/// <summary>
/// One direction of a resize: per output position the first source position and the fixed-point weights from there on. It is refilled, so
/// that a thread needs no new arrays for each image.
/// </summary>
internal sealed class ResampleAxis
{
    /// <summary>Bits after the point of a weight.</summary>
    public const int PrecisionBits = 22;

    /// <summary>Bits of the low half of a weight in <see cref="Pairs"/>.</summary>
    public const int LowBits = 15;

    private const int LowMask = (1 << LowBits) - 1;

    private int[] _starts = [];
    private int[] _weights = [];
    private int[] _counts = [];
    private int[] _pairs = [];
    private int _stride;

    /// <summary>Output positions.</summary>
    public int Count { get; private set; }

    /// <summary>The result is the source itself: PIL skips that pass.</summary>
    public bool IsCopy { get; private set; }

    /// <summary>The first source position that any output position needs.</summary>
    public int First { get; private set; }

    /// <summary>The source position after the last one that is needed.</summary>
    public int End { get; private set; }

    /// <summary>Groups of four weights per output position in <see cref="Pairs"/>; padded with zero weights.</summary>
    public int Quads { get; private set; }

    /// <summary>The first source position of an output position.</summary>
    public int Start(int position) => _starts[position];

    /// <summary>The first source position of every output position.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>The weights of an output position.</summary>
    public ReadOnlySpan<int> Weights(int position) => _weights.AsSpan(position * _stride, _counts[position]);

    /// <summary>
    /// All weights split into two 16-bit halves, as the processor multiplies and adds them in pairs: for each group of four weights a, b, c
    /// and d of a position the low halves of (a, b) and (c, d), 15 bits unsigned, then the high halves of both, signed. A product with
    /// either half is exact, and (high &lt;&lt; <see cref="LowBits"/>) + low is the product with the whole weight.
    /// </summary>
    public ReadOnlySpan<int> Pairs => _pairs.AsSpan(0, Count * Quads * 4);

    /// <summary>
    /// Computes the weights of <paramref name="count"/> positions from <paramref name="outStart"/> on of a resize of inSize to outSize.
    /// </summary>
    /// <param name="inSize">Source positions.</param>
    /// <param name="outSize">Positions of the whole result.</param>
    /// <param name="outStart">The first wanted position.</param>
    /// <param name="count">Number of wanted positions.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="mirrored">Whether the wanted positions are in reverse order.</param>
    public void Fill(int inSize, long outSize, long outStart, int count, Interpolation interpolation, bool mirrored = false)
    {
        FillForward(inSize, outSize, outStart, count, interpolation);
        (First, End) = (_starts[0], _starts[count - 1] + _counts[count - 1]);
        if (mirrored && count > 1)
            Mirror();
    }

    /// <summary>Makes <see cref="Pairs"/> and <see cref="Quads"/> of the weights.</summary>
    public void FillPairs()
    {
        int maxTaps = 1;
        foreach (int taps in _counts.AsSpan(0, Count))
            maxTaps = Math.Max(maxTaps, taps);
        Quads = (maxTaps + 3) / 4;
        if (_pairs.Length < Count * Quads * 4)
            _pairs = new int[Count * Quads * 4];
        Span<int> quad = stackalloc int[4];
        for (int i = 0, at = 0; i < Count; i++)
        {
            ReadOnlySpan<int> weights = Weights(i);
            for (int k = 0; k < 4 * Quads; k += 4, at += 4)
            {
                quad.Clear();
                if (k < weights.Length)
                    weights[k..Math.Min(k + 4, weights.Length)].CopyTo(quad);
                (_pairs[at], _pairs[at + 1]) = (Pair(quad[0] & LowMask, quad[1] & LowMask), Pair(quad[2] & LowMask, quad[3] & LowMask));
                (_pairs[at + 2], _pairs[at + 3]) = (Pair(quad[0] >> LowBits, quad[1] >> LowBits),
                    Pair(quad[2] >> LowBits, quad[3] >> LowBits));
            }
        }
    }

    private void FillForward(int inSize, long outSize, long outStart, int count, Interpolation interpolation)
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

    private void Mirror()
    {
        Array.Reverse(_starts, 0, Count);
        Array.Reverse(_counts, 0, Count);
        Span<int> last = stackalloc int[_stride <= 512 ? _stride : 0];
        if (last.IsEmpty)
            last = new int[_stride];
        for (int i = 0, j = Count - 1; i < j; i++, j--)
        {
            Span<int> left = _weights.AsSpan(i * _stride, _stride), right = _weights.AsSpan(j * _stride, _stride);
            right.CopyTo(last);
            left.CopyTo(right);
            last.CopyTo(left);
        }

        IsCopy = false;
    }

    private static int Pair(int first, int second) => (ushort)first | (second << 16);

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
