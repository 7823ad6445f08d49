using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>Passes progress on and appends its messages, with the time, to a run folder's log.txt.</summary>
internal sealed class RunLog(RunFolder folder, IProgress<ProgressReport>? next) : IProgress<ProgressReport>
{
    private readonly string _path = AtomicFile.TargetOf(folder.FileIn("log.txt"));
    private readonly Lock _gate = new();

    public void Report(ProgressReport value)
    {
        // Workers report from their own threads.
        lock (_gate)
            Write(value);
        next?.Report(value);
    }

    private void Write(ProgressReport value)
    {
        if (value.Message is { } message)
            File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture,
                $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss}Z {value.Stage}: {message}\n"));
    }
}
