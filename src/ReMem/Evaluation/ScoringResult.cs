namespace ReMem.Evaluation;

/// <summary>A model's scores on labelled images.</summary>
/// <param name="Split">"train", "val" or "test"; "all" for all that the source has.</param>
/// <param name="Metrics">The scores.</param>
internal sealed record ScoringResult(string Split, ClassificationMetrics Metrics);
