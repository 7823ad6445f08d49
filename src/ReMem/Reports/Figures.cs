using System.Globalization;
using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>Formats numbers for display.</summary>
internal static class Figures
{
    /// <summary>"73.2 ± 1.1": a share in percent; a dash where there is none.</summary>
    public static string Percent(Interval? share) => Format(share, 100, "0.0");

    /// <summary>"0.0878 ± 0.0012"; a dash where there is none.</summary>
    public static string Nats(Interval? nats) => Format(nats, 1, "0.0000");

    /// <summary>"73.2": a share in percent; a dash where there is none.</summary>
    public static string Percent(double? share) => Number(share * 100, "0.0");

    /// <summary>The number; a dash for null and for NaN.</summary>
    public static string Number(double? value, string format) =>
        value is { } known && double.IsFinite(known) ? known.ToString(format, CultureInfo.InvariantCulture) : "-";

    private static string Format(Interval? interval, double scale, string format)
    {
        string mean = Number(interval?.Mean * scale, format);
        return interval?.HalfWidth is { } half && mean != "-" ? $"{mean} ± {Number(half * scale, format)}" : mean;
    }
}
