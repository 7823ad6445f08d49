using System.Diagnostics;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>
/// Times the steps of a training by its own progress, and ends it when enough were timed. The first steps, which still fill the loader's queue, do not
/// count, nor do the last, for which there is nothing left to load.
/// </summary>
internal sealed class StepTimer : IProgress<ProgressReport>, IDisposable
{
    /// <summary>Steps that are not timed at the start of a training.</summary>
    public const int WarmUp = 2;

    /// <summary>Steps at the end of an epoch whose images are all loaded already.</summary>
    public const int Loaded = 3;

    private readonly PlanOptions _options;
    private readonly int _epochs;
    private readonly CancellationTokenSource _enough;
    private readonly List<long>[] _ticks;
    private readonly long _start = Stopwatch.GetTimestamp();

    private StepTimer(PlanOptions options, int epochs, CancellationToken cancel)
    {
        _options = options;
        _epochs = epochs;
        _enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _ticks = [.. Enumerable.Range(0, epochs).Select(_ => new List<long>())];
    }

    /// <summary>Runs a training until each of its epochs is timed: the seconds of a step in each.</summary>
    /// <param name="options">How many steps.</param>
    /// <param name="epochs">1, or 2 where the second differs from the first.</param>
    /// <param name="train">Trains that many epochs, tells the progress, and stops when told to.</param>
    /// <param name="cancel">Stops the measurement.</param>
    public static double[] Time(PlanOptions options, int epochs, Action<IProgress<ProgressReport>, CancellationToken> train, CancellationToken cancel)
    {
        using var timer = new StepTimer(options, epochs, cancel);
        try
        {
            train(timer, timer._enough.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Enough was seen.
        }

        return [.. Enumerable.Range(0, epochs).Select(timer.Seconds)];
    }

    /// <inheritdoc/>
    public void Report(ProgressReport value)
    {
        if (value.Message is not null || value.Batches == 0 || value.Epoch > _epochs)
            return;
        List<long> ticks = _ticks[value.Epoch - 1];
        ticks.Add(Stopwatch.GetTimestamp());
        int timed = ticks.Count - Skipped(value.Epoch - 1);
        bool slow = timed >= 2 && Stopwatch.GetElapsedTime(_start).TotalSeconds > _options.Seconds;
        if (value.Epoch == _epochs && (timed >= _options.Steps || slow))
            _enough.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _enough.Dispose();

    // A later epoch has nothing to warm up but its own queue.
    private static int Skipped(int epoch) => epoch == 0 ? WarmUp : 1;

    private double Seconds(int epoch)
    {
        List<long> ticks = _ticks[epoch];
        if (ticks.Count == 0)
            return epoch == 0 ? Stopwatch.GetElapsedTime(_start).TotalSeconds : Seconds(epoch - 1);
        if (ticks.Count == 1)
            return Stopwatch.GetElapsedTime(epoch == 0 ? _start : _ticks[epoch - 1][^1], ticks[0]).TotalSeconds;
        int first = Math.Min(Skipped(epoch), ticks.Count - 1) - 1;
        int last = Math.Min(first + _options.Steps, ticks.Count - 1);
        return Stopwatch.GetElapsedTime(ticks[first], ticks[last]).TotalSeconds / (last - first);
    }
}
