using MathNet.Numerics.Distributions;

namespace ReMem.Evaluation;

/// <summary>
/// An interval of a wanted width (Stein 1945): the spread of a few first values says how many are needed in all, and the interval uses that
/// spread whatever follows. Looking at the data decides the number of values, and the coverage is still at least 95 %; stopping as soon as
/// an ordinary interval is narrow enough would have less.
/// </summary>
internal static class SteinProcedure
{
    /// <summary>Values that are needed in all for an interval of mean plus or minus a width.</summary>
    /// <param name="first">The first values, 2 or more.</param>
    /// <param name="halfWidth">Above 0, in their unit.</param>
    public static int Needed(IReadOnlyList<double> first, double halfWidth)
    {
        double ratio = Quantile(first.Count) * Math.Sqrt(Interval.Variance(first)) / halfWidth;
        return Math.Max(first.Count, (int)Math.Ceiling(Math.Min(ratio * ratio, int.MaxValue / 2)));
    }

    /// <summary>The interval of the mean.</summary>
    /// <param name="values">All values, the first ones first.</param>
    /// <param name="first">How many of them decided the number, 2 or more.</param>
    public static Interval Of(IReadOnlyList<double> values, int first) => new(
        values.Average(), Quantile(first) * Math.Sqrt(Interval.Variance([.. values.Take(first)])) / Math.Sqrt(values.Count), values.Count);

    private static double Quantile(int values) => StudentT.InvCDF(0, 1, values - 1, 0.975);
}
