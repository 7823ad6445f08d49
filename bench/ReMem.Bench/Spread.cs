using System.Globalization;

namespace ReMem.Bench;

/// <summary>The figures of all rounds.</summary>
internal sealed class Spread(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;

    /// <summary>"12.3 (11.8 to 12.6)".</summary>
    public string Text(string format) =>
        $"{Number(Median, format)} ({Number(_sorted[0], format)} to {Number(_sorted[^1], format)})";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
