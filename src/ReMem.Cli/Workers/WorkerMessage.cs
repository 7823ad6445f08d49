using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Cli.Workers;

/// <summary>A line of JSON from a worker process to the one that started it.</summary>
/// <param name="Progress">News of the part.</param>
/// <param name="Error">Why the worker stops; its last line.</param>
internal sealed record WorkerMessage(ProgressReport? Progress, WorkerError? Error);

/// <summary>An error that crosses from process to process.</summary>
/// <param name="What">The message.</param>
/// <param name="Where">File, key or tensor.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsInput">Whether the input was wrong.</param>
/// <param name="IsInUse">Whether another process computes the part.</param>
internal sealed record WorkerError(string What, string? Where, string? Remedy, bool IsInput, bool IsInUse)
{
    public static WorkerError Of(ReMemException e) => new(e.Message, e.Where, e.Remedy, e is InputException, e is FolderInUseException);

    public ReMemException ToException() => IsInUse ? new FolderInUseException(Where ?? string.Empty) : IsInput ? new InputException(What, Where, Remedy) : new ReMemException(What, Where, Remedy);
}
