using System.Diagnostics;
using System.Text.Json.Serialization;

namespace ReMem.Bench;

/// <summary>What some work took.</summary>
/// <param name="Wall">Seconds by the clock.</param>
/// <param name="Processor">Seconds of all threads, which other programs on the machine change less.</param>
internal readonly record struct Cost([property: JsonPropertyName("seconds")] double Wall, [property: JsonPropertyName("cpu")] double Processor);

/// <summary>Measures from when it is made.</summary>
internal sealed class CostClock
{
    private readonly long _wall = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

    /// <summary>What this process took since then.</summary>
    public Cost Elapsed => new(Stopwatch.GetElapsedTime(_wall).TotalSeconds, (Environment.CpuUsage.TotalTime - _processor).TotalSeconds);
}
