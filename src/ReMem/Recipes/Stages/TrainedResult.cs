using ReMem.Evaluation;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>A trained model's scores and the record of its training.</summary>
/// <param name="Validation">Scores on validation.</param>
/// <param name="Test">Scores on test.</param>
/// <param name="Training">The epochs.</param>
internal sealed record TrainedResult(ClassificationMetrics Validation, ClassificationMetrics Test, TrainingResult Training)
{
    /// <summary>
    /// Mean probability that the teacher of a student gives its own class on unlabelled images, 0 to 1; null without such images.
    /// </summary>
    public double? UnlabelledConfidence { get; init; }

    /// <summary>What a calibrated teacher's logits were divided by; null for any other model.</summary>
    public double? Temperature { get; init; }

    /// <summary>What 'auto' chose, and why; null where all was given.</summary>
    public TeacherChoice? Reweighting { get; init; }

    /// <summary>Which epoch was taken as the one that keeps most, and why; null where that was not asked.</summary>
    public TeacherChoice? Early { get; init; }

    /// <summary>The conditional mutual information, in nats, before and after the training that raises it; null without one.</summary>
    public ConditionalInformationChange? ConditionalInformation { get; init; }
}
