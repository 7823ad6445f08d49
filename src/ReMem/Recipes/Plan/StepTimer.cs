using System.Diagnostics;
using ReMem.Runtime;

namespace ReMem.Recipes.Plan;

/// <summary>
/// Times the steps of a training by its own progress, and ends it when enough were timed. The first steps, which still fill the loader's
/// queue, do not count, nor do the last, whose images are already loaded.
/// </summary>
internal sealed class StepTimer : IProgress<ProgressReport>, IDisposable
{
    /// <summary>Minimal number of untimed steps at the start of a training.</summary>
    public const int WarmUp = 2;

    /// <summary>Steps at the end of an epoch whose images are all loaded already.</summary>
    public const int Loaded = 3;

    private readonly PlanOptions _options;
    private readonly int _epochs;
    private readonly CancellationTokenSource _enough;
    private readonly List<long>[] _ticks;
    private readonly long _start = Stopwatch.GetTimestamp();

    private StepTimer(PlanOptions options, int epochs, CancellationToken cancellationToken)
    {
        _options = options;
        _epochs = epochs;
        _enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ticks = [.. Enumerable.Range(0, epochs).Select(_ => new List<long>())];
    }

    /// <summary>Runs a training until each of its epochs is timed: the seconds of a step in each.</summary>
    /// <param name="options">How many steps.</param>
    /// <param name="epochs">1, or 2 where the second differs from the first.</param>
    /// <param name="train">Trains this many epochs, reports progress, and stops when cancelled.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    public static double[] Time(PlanOptions options, int epochs, Action<IProgress<ProgressReport>, CancellationToken> train,
        CancellationToken cancellationToken)
    {
        using var timer = new StepTimer(options, epochs, cancellationToken);
        try
        {
            train(timer, timer._enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Enough steps were timed.
        }

        return [.. Enumerable.Range(0, epochs).Select(timer.Seconds)];
    }

    /// <inheritdoc/>
    public void Report(ProgressReport value)
    {
        if (value is not StepProgress step || step.Epoch > _epochs)
            return;
        List<long> ticks = _ticks[step.Epoch - 1];
        ticks.Add(Stopwatch.GetTimestamp());
        int timed = ticks.Count - 1 - First(step.Epoch - 1);
        bool slow = timed >= 2 && Stopwatch.GetElapsedTime(_start).TotalSeconds > _options.Seconds;
        bool enough = timed >= _options.Steps
            && Stopwatch.GetElapsedTime(ticks[First(step.Epoch - 1)], ticks[^1]).TotalSeconds >= _options.Window;
        if (step.Epoch == _epochs && (enough || slow))
            _enough.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _enough.Dispose();

    /// <summary>The report that timing starts from: that of the last warm-up step. A later epoch only has to fill its queue.</summary>
    private int First(int epoch)
    {
        List<long> ticks = _ticks[epoch];
        if (epoch > 0)
            return 0;
        int first = WarmUp - 1;
        while (first < ticks.Count - 1 && Stopwatch.GetElapsedTime(ticks[0], ticks[first]).TotalSeconds < _options.Window / 3)
            first++;
        // In a short epoch most steps are timed, warmed up or not.
        return Math.Min(first, Math.Max(WarmUp - 1, ticks.Count - 1 - _options.Steps));
    }

    private double Seconds(int epoch)
    {
        List<long> ticks = _ticks[epoch];
        if (ticks.Count == 0)
            return epoch == 0 ? Stopwatch.GetElapsedTime(_start).TotalSeconds : Seconds(epoch - 1);
        if (ticks.Count == 1)
            return Stopwatch.GetElapsedTime(epoch == 0 ? _start : _ticks[epoch - 1][^1], ticks[0]).TotalSeconds;
        int first = Math.Min(First(epoch), ticks.Count - 2);
        int last = epoch < _epochs - 1 ? Math.Max(first + 1, ticks.Count - 1 - Loaded) : ticks.Count - 1;
        return Stopwatch.GetElapsedTime(ticks[first], ticks[last]).TotalSeconds / (last - first);
    }
}
