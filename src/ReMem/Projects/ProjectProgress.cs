using Microsoft.Extensions.Logging;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;
using ReMem.Training;

namespace ReMem.Projects;

/// <summary>Passes progress on to the caller, the log and OpenTelemetry.</summary>
/// <param name="next">The caller's; null where it does not listen.</param>
/// <param name="logger">Receives lines; null receives none.</param>
internal sealed partial class ProjectProgress(IProgress<ProgressReport>? next, ILogger? logger)
    : IProgress<ProgressReport>, IProgress<TransferProgress>
{
    public void Report(ProgressReport value)
    {
        if (value is EpochProgress epoch)
            ProjectTelemetry.Epoch(epoch);
        if (logger is not null && value.Message is { } message)
            Log(logger, value.Stage, message);
        next?.Report(value);
    }

    public void Report(TransferProgress value)
    {
        if (value.Message is { } message)
            Report(new MessageProgress(value.File, message));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Stage}: {Text}")]
    private static partial void Log(ILogger logger, string stage, string text);
}
