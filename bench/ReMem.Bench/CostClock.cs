using System.Diagnostics;

namespace ReMem.Bench;

/// <summary>Measures from when it is made.</summary>
internal sealed class CostClock
{
    private readonly long _wall = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

    /// <summary>What this process took since then.</summary>
    public Cost Elapsed => new(Stopwatch.GetElapsedTime(_wall).TotalSeconds, (Environment.CpuUsage.TotalTime - _processor).TotalSeconds);
}
