namespace ReMem.Training;

/// <summary>One epoch's record, as a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainLoss">Mean loss over the epoch's steps.</param>
/// <param name="Rise">Mean rise of the loss at SAM's perturbed weights, over the steps that measured it; 0 where none did.</param>
/// <param name="LearningRate">The learning rate at the epoch's end.</param>
/// <param name="ValidationTop1">Share in [0, 1]; null where this epoch was not validated.</param>
/// <param name="ValidationLoss">Mean cross-entropy; null where this epoch was not validated.</param>
/// <param name="Seconds">Wall time of the epoch, validation included.</param>
/// <param name="DataSeconds">The part of it spent waiting for images.</param>
public sealed record EpochRecord(
    int Epoch, double TrainLoss, double Rise, double LearningRate, double? ValidationTop1, double? ValidationLoss, double Seconds,
    double DataSeconds = 0)
{
    /// <summary>The teacher's weight in the loss at the epoch's end, 0 to 1; null where it does not change.</summary>
    public double? TeacherWeight { get; init; }
}
