using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace ReMem.Evaluation;

/// <summary>
/// The power of the paired t test (two-sided, 5 %) of differences over seeds: how many seeds show a difference, and which difference some
/// seeds show. Exact under normal differences: the noncentral t distribution, integrated numerically.
/// </summary>
internal static class PairedPower
{
    /// <summary>The share of experiments that shall show a difference that is there.</summary>
    public const double Wanted = 0.8;

    /// <summary>More seeds than this are not looked for.</summary>
    public const int MaxSeeds = 10_000;

    private const double Alpha = 0.05;
    private const int Nodes = 512;
    private const int Halvings = 60;

    /// <summary>The probability that a difference is shown, 0 to 1.</summary>
    /// <param name="difference">The true one, in the unit of the deviation.</param>
    /// <param name="deviation">Standard deviation of a seed's difference, above 0.</param>
    /// <param name="seeds">2 or more.</param>
    public static double Of(double difference, double deviation, int seeds)
    {
        double degrees = seeds - 1, limit = StudentT.InvCDF(0, 1, degrees, 1 - (Alpha / 2));
        double shift = Math.Abs(difference) * Math.Sqrt(seeds) / deviation;

        // Given the estimated deviation s (over the true one), the statistic is normal; s squared is chi-squared over its degrees.
        double At(double s) => (Normal.CDF(0, 1, shift - (limit * s)) + Normal.CDF(0, 1, -shift - (limit * s)))
            * 2 * degrees * s * ChiSquared.PDF(degrees, degrees * s * s);
        double last = Math.Sqrt(ChiSquared.InvCDF(degrees, 1 - 1e-12) / degrees);
        return Math.Min(1, GaussLegendreRule.Integrate(At, 0, last, Nodes));
    }

    /// <summary>The fewest seeds that show a difference with the wanted power; null beyond <see cref="MaxSeeds"/>.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static int? SeedsFor(double difference, double deviation)
    {
        int low = 1, high = 2;
        while (Of(difference, deviation, high) < Wanted)
        {
            (low, high) = (high, 2 * high);
            if (high > MaxSeeds)
                return null;
        }

        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = Of(difference, deviation, middle) < Wanted ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>The smallest difference that so many seeds show with the wanted power, in the unit of the deviation.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static double Detectable(double deviation, int seeds)
    {
        double low = 0, high = deviation;
        while (Of(high, deviation, seeds) < Wanted)
            high *= 2;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Of(middle, deviation, seeds) < Wanted ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>The 95 % interval of a standard deviation that was estimated from so many values.</summary>
    public static (double Low, double High) DeviationInterval(double deviation, int values)
    {
        double degrees = values - 1;
        return (deviation * Math.Sqrt(degrees / ChiSquared.InvCDF(degrees, 0.975)),
            deviation * Math.Sqrt(degrees / ChiSquared.InvCDF(degrees, 0.025)));
    }
}
