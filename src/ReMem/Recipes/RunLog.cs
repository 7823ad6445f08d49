using System.Globalization;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>Passes progress on and appends its messages, with the time, to a run folder's log.txt.</summary>
internal sealed class RunLog(RunFolder folder, IProgress<ProgressReport>? next) : IProgress<ProgressReport>
{
    private readonly string _path = folder.FileIn("log.txt");

    public void Report(ProgressReport value)
    {
        if (value.Message is { } message)
            File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss}Z {value.Stage}: {message}\n"));
        next?.Report(value);
    }
}
