using System.Text.Json.Serialization;
using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Cli.Workers;

/// <summary>A line of JSON from a worker process to the one that started it.</summary>
/// <param name="Message">Progress of the part; one of the three, or none.</param>
/// <param name="Step">The same.</param>
/// <param name="Epoch">The same.</param>
/// <param name="Error">Why the worker stops; its last line.</param>
internal sealed record WorkerMessage(
    MessageProgress? Message = null, StepProgress? Step = null, EpochProgress? Epoch = null, WorkerError? Error = null)
{
    /// <summary>Progress of the part; null where there is none.</summary>
    [JsonIgnore]
    public ProgressReport? Progress => (ProgressReport?)Message ?? (ProgressReport?)Step ?? Epoch;

    public static WorkerMessage Of(ProgressReport progress) =>
        new(progress as MessageProgress, progress as StepProgress, progress as EpochProgress);
}
