namespace ReMem.Reports;

/// <summary>One training's curve. Curves of one <paramref name="Chart"/> are drawn together, those of one <paramref name="Name"/> alike.</summary>
/// <param name="Chart">What is shown, such as "Student: validation top-1".</param>
/// <param name="Name">The method.</param>
/// <param name="Points">In order of epochs.</param>
internal sealed record Curve(string Chart, string Name, IReadOnlyList<CurvePoint> Points);
