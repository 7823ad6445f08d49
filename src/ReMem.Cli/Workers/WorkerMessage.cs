using ReMem.Runtime;

namespace ReMem.Cli.Workers;

/// <summary>A line of JSON from a worker process to the one that started it.</summary>
/// <param name="Progress">Progress of the part.</param>
/// <param name="Error">Why the worker stops; its last line.</param>
internal sealed record WorkerMessage(ProgressReport? Progress, WorkerError? Error);
