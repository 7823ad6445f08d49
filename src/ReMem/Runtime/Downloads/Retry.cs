namespace ReMem.Runtime.Downloads;

/// <summary>Pauses after a transient failure, longer each time, until the tries are used up.</summary>
/// <param name="options">The pauses.</param>
/// <param name="attempts">Tries in a row without progress.</param>
/// <param name="report">Takes a line per pause.</param>
internal sealed class Retry(DownloadOptions options, int attempts, Action<string> report)
{
    private const double MaxBackOffSeconds = 60;
    private int _failures;

    /// <summary>Does the work, and again after each transient failure.</summary>
    public static async Task<T> RunAsync<T>(
        DownloadOptions options, int attempts, Action<string> report, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var retry = new Retry(options, attempts, report);
        while (true)
        {
            try
            {
                return await work();
            }
            catch (ServerFault fault)
            {
                await retry.PauseAsync(fault, cancellationToken);
            }
        }
    }

    /// <summary>There was progress: counts from 0 again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="ServerFault">The given one, where no try is left.</exception>
    public async Task PauseAsync(ServerFault fault, CancellationToken cancellationToken)
    {
        _failures++;
        double seconds = fault.RetryAfter?.TotalSeconds ?? Math.Min(MaxBackOffSeconds, options.BackOffSeconds * Math.Pow(2, _failures - 1));
        if (_failures >= attempts || seconds > options.MaxPauseSeconds)
            throw fault;
        report(FormattableString.Invariant($"{fault.Message.TrimEnd('.')}; trying again in {seconds:0.#} s"));
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
    }
}
