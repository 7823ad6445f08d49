using ReMem.Evaluation;

namespace ReMem.Recipes.Stages;

/// <summary>Scores of a linear classifier on the features of the pretrained teacher, before any fine-tuning.</summary>
/// <param name="Validation">Scores on validation.</param>
/// <param name="Test">Scores on test.</param>
/// <param name="Penalty">The penalty that validation chose.</param>
internal sealed record ProbeResult(ClassificationMetrics Validation, ClassificationMetrics Test, double Penalty);
