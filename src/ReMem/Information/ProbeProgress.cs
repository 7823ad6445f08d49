using System.Diagnostics;
using ReMem.Runtime;

namespace ReMem.Information;

/// <summary>Reports every ten seconds the progress of long work and the time left.</summary>
/// <param name="progress">Receives the reports; may be null.</param>
/// <param name="stage">The stage's name.</param>
/// <param name="unit">The unit, such as "images".</param>
/// <param name="total">The total number.</param>
internal sealed class ProbeProgress(IProgress<ProgressReport>? progress, string stage, string unit, long total)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private long _done;

    /// <summary>Counts one more as done.</summary>
    public void Advance(long count = 1)
    {
        _done += count;
        if (_clock.Elapsed - _last < Interval || _done >= total)
            return;
        _last = _clock.Elapsed;
        TimeSpan left = _clock.Elapsed / _done * (total - _done);
        progress?.Report(new MessageProgress(stage, FormattableString.Invariant($"{_done} of {total} {unit}, {left:h\\:mm\\:ss} left")));
    }
}
