namespace ReMem.Runtime.Downloads;

/// <summary>Pauses after a passing failure, longer each time, until the tries are used up.</summary>
/// <param name="options">The pauses.</param>
/// <param name="attempts">Tries in a row without headway.</param>
/// <param name="tell">Takes a line a pause.</param>
internal sealed class Retry(DownloadOptions options, int attempts, Action<string> tell)
{
    private const double LongestBackOffSeconds = 60;
    private int _failures;

    /// <summary>Does the work, again after each passing failure.</summary>
    public static async Task<T> RunAsync<T>(DownloadOptions options, int attempts, Action<string> tell, Func<Task<T>> work, CancellationToken cancel)
    {
        var retry = new Retry(options, attempts, tell);
        while (true)
        {
            try
            {
                return await work();
            }
            catch (ServerFault fault)
            {
                await retry.PauseAsync(fault, cancel);
            }
        }
    }

    /// <summary>There was headway: counts from the start.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="ServerFault">The one given: there is no further try.</exception>
    public async Task PauseAsync(ServerFault fault, CancellationToken cancel)
    {
        _failures++;
        double seconds = fault.RetryAfter?.TotalSeconds ?? Math.Min(LongestBackOffSeconds, options.BackOffSeconds * Math.Pow(2, _failures - 1));
        if (_failures >= attempts || seconds > options.LongestPauseSeconds)
            throw fault;
        tell(FormattableString.Invariant($"{fault.Message.TrimEnd('.')}; trying again in {seconds:0.#} s"));
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
    }
}
