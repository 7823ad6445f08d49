namespace ReMem.Evaluation;

/// <summary>One class's scores, as shares in [0, 1]; NaN where they are undefined.</summary>
/// <param name="Name">The class.</param>
/// <param name="Count">Its samples.</param>
/// <param name="Recall">Of its samples, how many were found; NaN without samples.</param>
/// <param name="Precision">Of the answers with this class, how many are right; NaN without such answers.</param>
/// <param name="F1">Harmonic mean of both; 0 where nothing was found, NaN with neither samples nor such answers.</param>
public sealed record ClassScore(string Name, int Count, double Recall, double Precision, double F1);
