using System.Numerics.Tensors;

namespace ReMem.Export.Int8;

/// <summary>
/// Calibration statistics of one activation: its extremes, then its histogram; mean and maximal magnitude of each channel.
/// </summary>
internal sealed class TensorStatistics
{
    private const int Bins = 2048;

    /// <summary>The share of values that <see cref="RangeMethod.Percentile"/> clips at either end.</summary>
    private const double Outside = 5e-5;

    /// <summary>Number of candidates in the search for the smallest squared error: from the whole range down to a tenth of it.</summary>
    private const int Candidates = 91;

    private readonly long[] _histogram = new long[Bins];
    private double[] _sums = [];
    private readonly Dictionary<RangeMethod, TensorRange> _ranges = [];
    private long _positions;

    /// <summary>The smallest value; +infinity before the first.</summary>
    public float Low { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value.</summary>
    public float High { get; private set; } = float.NegativeInfinity;

    /// <summary>The maximal magnitude of each channel.</summary>
    public float[] ChannelSizes { get; private set; } = [];

    /// <summary>The mean of each channel.</summary>
    public double[] ChannelMeans => [.. _sums.Select(s => s / Math.Max(_positions, 1))];

    /// <summary>Adds an activation to extremes and channel statistics: [B, C, H, W], or with the channels last.</summary>
    /// <exception cref="ReMemException">A value is not finite.</exception>
    public void AddExtremes(ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
    {
        if (values.IsEmpty)
            return;
        float low = TensorPrimitives.Min(values), high = TensorPrimitives.Max(values);
        if (!float.IsFinite(low) || !float.IsFinite(high))
            throw new ReMemException(
                "A calibration image gives activations that are not finite.", "int8 calibration",
                "Check the images and the model with 'remem evaluate'.");
        (Low, High) = (Math.Min(Low, low), Math.Max(High, high));
        bool first = shape.Length == 4;
        int channels = first ? shape[1] : shape[^1];
        if (_sums.Length == 0)
            (_sums, ChannelSizes) = (new double[channels], new float[channels]);
        if (first)
            AddPlanes(values, channels, shape[2] * shape[3]);
        else
            AddRows(values, channels);
        _positions += values.Length / channels;
    }

    /// <summary>Adds values to the histogram between the known extremes.</summary>
    public void AddHistogram(ReadOnlySpan<float> values)
    {
        double scale = Bins / Math.Max((double)High - Low, double.Epsilon);
        foreach (float value in values)
            _histogram[(int)Math.Clamp((value - (double)Low) * scale, 0, Bins - 1)]++;
    }

    /// <summary>The range by a method, once the histogram is complete.</summary>
    public TensorRange Range(RangeMethod method)
    {
        if (!_ranges.TryGetValue(method, out TensorRange range))
            _ranges[method] = range = Choose(method);
        return range;
    }

    /// <summary>The mean squared error of a range, from the histogram.</summary>
    public double Error(TensorRange range)
    {
        double width = ((double)High - Low) / Bins, error = 0;
        long count = 0;
        for (int i = 0; i < Bins; i++)
        {
            if (_histogram[i] == 0)
                continue;
            // The bin that contains zero counts as exact zeros, as after a ReLU.
            double middle = Low + ((i + 0.5) * width);
            double value = Math.Abs(middle) <= width ? Math.Clamp(0, Low + (i * width), Low + ((i + 1) * width)) : middle;
            double off = range.Round(value) - value;
            error += _histogram[i] * off * off;
            count += _histogram[i];
        }

        return error / Math.Max(count, 1);
    }

    private TensorRange Choose(RangeMethod method)
    {
        if (!(Low <= High))
            return TensorRange.Of(0, 0);
        TensorRange whole = TensorRange.Of(Low, High);
        return method switch
        {
            RangeMethod.MinMax => whole,
            RangeMethod.Percentile => Percentile(),
            RangeMethod.LeastSquares => LeastSquares(),
            RangeMethod.Auto => new[] { whole, Range(RangeMethod.Percentile), Range(RangeMethod.LeastSquares) }.MinBy(Error),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
        };
    }

    private TensorRange Percentile()
    {
        long outside = (long)(_histogram.Sum() * Outside), seen = 0;
        int low = 0, high = Bins - 1;
        while (low < high && (seen += _histogram[low]) <= outside)
            low++;
        seen = 0;
        while (high > low && (seen += _histogram[high]) <= outside)
            high--;
        double width = ((double)High - Low) / Bins;
        return TensorRange.Of(Low + (low * width), Low + ((high + 1) * width));
    }

    private TensorRange LeastSquares()
    {
        TensorRange best = TensorRange.Of(Low, High);
        double error = Error(best);
        void Try(double low, double high)
        {
            TensorRange range = TensorRange.Of(low, high);
            double found = Error(range);
            if (found < error)
                (best, error) = (range, found);
        }

        double Share(int i) => 1 - (i / 100.0);
        for (int i = 1; i < Candidates; i++)
            Try(Low * Share(i), High * Share(i));
        (double Low, double High) both = (-best.ZeroPoint * (double)best.Scale, (TensorRange.Steps - best.ZeroPoint) * (double)best.Scale);
        for (int i = 1; i < Candidates && Low < 0 && High > 0; i++)
        {
            Try(both.Low, both.High * Share(i));
            Try(both.Low * Share(i), both.High);
        }

        return best;
    }

    private void AddPlanes(ReadOnlySpan<float> values, int channels, int plane)
    {
        for (int start = 0, c = 0; start < values.Length; start += plane, c = (c + 1) % channels)
        {
            ReadOnlySpan<float> one = values.Slice(start, plane);
            _sums[c] += TensorPrimitives.Sum(one);
            ChannelSizes[c] = Math.Max(ChannelSizes[c], Math.Abs(TensorPrimitives.MaxMagnitude(one)));
        }
    }

    private void AddRows(ReadOnlySpan<float> values, int channels)
    {
        for (int start = 0; start < values.Length; start += channels)
        {
            for (int c = 0; c < channels; c++)
            {
                float value = values[start + c];
                _sums[c] += value;
                ChannelSizes[c] = Math.Max(ChannelSizes[c], Math.Abs(value));
            }
        }
    }
}
