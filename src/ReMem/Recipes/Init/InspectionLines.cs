using ReMem.Data.Checks;
using ReMem.Runtime;

namespace ReMem.Recipes.Init;

/// <summary>A line for every tenth of a data set's images.</summary>
internal sealed class InspectionLines(IProgress<ProgressReport> progress) : IProgress<PreflightProgress>
{
    private readonly Lock _lock = new();
    private int _reported;

    public void Report(PreflightProgress value)
    {
        if (value.Done * 10L / value.Total == (value.Done - 1) * 10L / value.Total)
            return;
        // Several threads report: a report with an older count is dropped.
        lock (_lock)
        {
            if (value.Done <= _reported)
                return;
            _reported = value.Done;
            progress.Report(new MessageProgress("inspect", $"{value.Done} of {value.Total} images"));
        }
    }
}
