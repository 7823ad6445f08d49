namespace ReMem.Reports;

/// <summary>
/// One training's curve. Curves with the same <paramref name="Chart"/> share a chart, those with the same <paramref name="Name"/> a style.
/// </summary>
/// <param name="Chart">The measure, such as "Student: validation top-1".</param>
/// <param name="Name">The method.</param>
/// <param name="Points">In order of epochs.</param>
internal sealed record Curve(string Chart, string Name, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>The chart of the students' validation accuracy.</summary>
    internal const string StudentValidation = "Student: validation top-1 (%)";
}
