namespace ReMem.Evaluation;

/// <summary>One class's scores, as shares in [0, 1]; NaN where they are undefined.</summary>
/// <param name="Name">The class.</param>
/// <param name="Count">Its samples.</param>
/// <param name="Recall">Share of its samples that are predicted as it; NaN without samples.</param>
/// <param name="Precision">Share of the predictions of this class that are right; NaN without such predictions.</param>
/// <param name="F1">Harmonic mean of both; 0 without a right prediction, NaN with neither samples nor predictions.</param>
public sealed record ClassScore(string Name, int Count, double Recall, double Precision, double F1);
