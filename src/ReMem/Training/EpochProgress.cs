using System.Text.Json.Serialization;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>A training has finished an epoch.</summary>
public sealed class EpochProgress : ProgressReport
{
    /// <param name="stage">What runs.</param>
    /// <param name="record">The epoch.</param>
    /// <param name="epochs">Of the training.</param>
    [JsonConstructor]
    internal EpochProgress(string stage, EpochRecord record, int epochs)
        : base(stage)
    {
        Record = record;
        Epochs = epochs;
    }

    /// <summary>Losses, scores and times of the epoch.</summary>
    public EpochRecord Record { get; }

    /// <summary>Epochs of the training.</summary>
    public int Epochs { get; }

    /// <inheritdoc/>
    public override string Message =>
        FormattableString.Invariant($"epoch {Record.Epoch}/{Epochs}: loss {Record.TrainLoss:0.000}")
            + (Record.Rise != 0 ? FormattableString.Invariant($", rise {Record.Rise:0.000}") : string.Empty)
            + (Record.TeacherWeight is { } weight ? FormattableString.Invariant($", teacher's weight {weight:0.000}") : string.Empty)
            + (Record.ValidationTop1 is { } top1 ? FormattableString.Invariant($", val top-1 {100 * top1:0.0} %") : string.Empty)
            + FormattableString.Invariant($", {Record.Seconds:0.0} s, {Record.DataSeconds:0.0} s of it waiting for images");

    /// <inheritdoc/>
    internal override ProgressReport Of(string stage) => new EpochProgress(stage, Record, Epochs);
}
