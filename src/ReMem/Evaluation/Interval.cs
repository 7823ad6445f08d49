namespace ReMem.Evaluation;

/// <summary>A mean and its 95 % interval, Mean - HalfWidth to Mean + HalfWidth.</summary>
/// <param name="Mean">The mean, in the unit of the measurement.</param>
/// <param name="HalfWidth">Null with one value, which gives no interval.</param>
/// <param name="Count">Number of values.</param>
internal sealed record Interval(double Mean, double? HalfWidth, int Count)
{
    /// <summary>Lower end; the mean where there is no interval.</summary>
    public double Low => Mean - (HalfWidth ?? 0);

    /// <summary>Upper end; the mean where there is no interval.</summary>
    public double High => Mean + (HalfWidth ?? 0);

    /// <summary>
    /// Whether the two overlap, ends included; also true where a mean or end is not a number, since the order is unknown.
    /// </summary>
    public bool Overlaps(Interval other) => !(Low > other.High || High < other.Low);

    /// <summary>Student's t interval of repeated measurements, with n - 1 degrees of freedom.</summary>
    /// <param name="values">One per repetition; a single value gives a mean without an interval.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Interval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            throw new ArgumentException("An interval needs at least one value.", nameof(values));
        double mean = values.Average();
        if (values.Count == 1)
            return new Interval(mean, null, 1);
        return new Interval(mean, StudentT975(values.Count - 1) * Math.Sqrt(Variance(values) / values.Count), values.Count);
    }

    /// <summary>The variance of two values or more, with n - 1.</summary>
    internal static double Variance(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
    }

    /// <summary>The 97.5 % quantile of Student's t.</summary>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    internal static double StudentT975(int degrees)
    {
        ReadOnlySpan<double> table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281];
        if (degrees <= table.Length)
            return table[degrees - 1];
        // Cornish-Fisher expansion around the normal quantile; from 11 degrees on it is right to four digits.
        const double z = 1.959963985;
        double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z, n = degrees;
        return z + ((z3 + z) / (4 * n)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * n * n))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * n * n * n))
            + (((79 * z9) + (776 * z7) + (1482 * z5) - (1920 * z3) - (945 * z)) / (92160 * n * n * n * n));
    }
}
