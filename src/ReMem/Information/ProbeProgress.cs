using System.Diagnostics;
using ReMem.Runtime;

namespace ReMem.Information;

/// <summary>Says every ten seconds how far a long piece of work is and how long it will take yet.</summary>
/// <param name="progress">Who is told; null is no one.</param>
/// <param name="stage">What works.</param>
/// <param name="unit">What is counted, such as "images".</param>
/// <param name="total">How many there are.</param>
internal sealed class ProbeProgress(IProgress<ProgressReport>? progress, string stage, string unit, long total)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private long _done;

    /// <summary>Counts what is done.</summary>
    public void Advance(long count = 1)
    {
        _done += count;
        if (_clock.Elapsed - _last < Interval || _done >= total)
            return;
        _last = _clock.Elapsed;
        TimeSpan left = _clock.Elapsed / _done * (total - _done);
        progress?.Report(new ProgressReport(stage, FormattableString.Invariant($"{_done} of {total} {unit}, {left:h\\:mm\\:ss} left")));
    }
}
