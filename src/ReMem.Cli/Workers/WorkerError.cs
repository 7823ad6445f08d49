using ReMem.Recipes.Stages;

namespace ReMem.Cli.Workers;

/// <summary>An error that crosses from process to process.</summary>
/// <param name="What">The message.</param>
/// <param name="Where">File, key or tensor.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsInput">Whether the input was wrong.</param>
/// <param name="IsInUse">Whether another process computes the part.</param>
internal sealed record WorkerError(string What, string? Where, string? Remedy, bool IsInput, bool IsInUse)
{
    public static WorkerError Of(ReMemException e) => new(e.Message, e.Where, e.Remedy, e is InputException, e is FolderInUseException);

    public ReMemException ToException() => IsInUse
        ? new FolderInUseException(Where ?? string.Empty)
        : IsInput ? new InputException(What, Where, Remedy) : new ReMemException(What, Where, Remedy);
}
