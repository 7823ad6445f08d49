namespace ReMem.Reports;

/// <summary>One point of a training curve.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Value">In the chart's unit.</param>
internal sealed record CurvePoint(int Epoch, double Value);
