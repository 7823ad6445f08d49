using Microsoft.Extensions.Logging;
using ReMem.Data.Decoding;

namespace ReMem.Projects;

/// <summary>What holds for all work of a project.</summary>
public sealed record ProjectOptions
{
    /// <summary>
    /// Images without labels, of which students with a teacher learn what the teacher says: a source as the project's, or a folder of
    /// images without class folders. Default none.
    /// </summary>
    public string? Unlabelled { get; init; }

    /// <summary>
    /// What happens to an image that cannot be decoded; <see cref="ReMemProject.FitAsync"/> decides itself. Default Fail.
    /// </summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Fail;

    /// <summary>Decides every random draw. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Downloads nothing: weights are local, or were downloaded earlier. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>Receives the lines of the work's progress, at Information. Default null: none.</summary>
    public ILogger? Logger { get; init; }
}
