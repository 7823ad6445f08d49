using System.Globalization;

namespace ReMem.Reports;

/// <summary>A chart's axis: its range and its ticks at round numbers.</summary>
internal sealed record ChartAxis(double Low, double High, IReadOnlyList<double> Ticks, int Decimals)
{
    private const int WantedTicks = 5;

    /// <summary>An axis around values, with a small margin; values that are not finite are ignored.</summary>
    /// <param name="values">The values to show.</param>
    /// <param name="fromZero">Whether it starts at zero, for bars.</param>
    /// <param name="integers">Whether ticks are whole numbers, without margins, for epochs.</param>
    public static ChartAxis Around(IEnumerable<double> values, bool fromZero = false, bool integers = false)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.DefaultIfEmpty(0).Min(), high = finite.DefaultIfEmpty(1).Max();
        double room = integers ? 0 : (high - low) * 0.08;
        if (high - low < 1e-12)
            room = Math.Max(Math.Abs(high) * 0.1, integers ? 0.5 : 1e-3);
        low = fromZero ? Math.Min(0, low - room) : low - room;
        if (fromZero && finite.All(value => value >= 0))
            low = 0;
        high += room;
        double step = Step((high - low) / WantedTicks);
        if (integers)
            step = Math.Max(1, Math.Round(step));
        List<double> ticks = [];
        for (double i = Math.Ceiling(low / step); i * step <= high + (step * 1e-9); i++)
            ticks.Add(i * step);
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 12);
        if (Math.Round(step, decimals) != Math.Round(step, decimals + 1))
            decimals++;
        return new ChartAxis(low, high, ticks, decimals);
    }

    /// <summary>The relative position of a value, 0 at the low end and 1 at the high one.</summary>
    public double Share(double value) => (value - Low) / (High - Low);

    /// <summary>A tick's text; all of an axis have the same number of decimals.</summary>
    public string Label(double tick) => Math.Round(tick, Decimals).ToString("F" + Decimals, CultureInfo.InvariantCulture);

    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double lead = rough / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10);
    }
}
