using ReMem.Data.Checks;
using ReMem.Runtime;

namespace ReMem.Recipes.Init;

/// <summary>A line every tenth of the way through a data set's images.</summary>
internal sealed class InspectionLines(IProgress<ProgressReport> progress) : IProgress<PreflightProgress>
{
    private readonly Lock _lock = new();
    private int _reported;

    public void Report(PreflightProgress value)
    {
        if (value.Done * 10L / value.Total == (value.Done - 1) * 10L / value.Total)
            return;
        // Several threads report: one that was overtaken has nothing to say any more.
        lock (_lock)
        {
            if (value.Done <= _reported)
                return;
            _reported = value.Done;
            progress.Report(new ProgressReport("inspect", $"{value.Done} of {value.Total} images"));
        }
    }
}
