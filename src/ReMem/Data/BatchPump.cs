namespace ReMem.Data;

/// <summary>Makes numbered batches on its own threads, a bounded number ahead, and returns them in order.</summary>
internal sealed class BatchPump : IDisposable
{
    private readonly Func<int, Batch> _make;
    private readonly int _end;
    private readonly int _first;
    private readonly TaskCompletionSource<Batch>[] _results;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread[] _threads;
    private int _next;

    public BatchPump(Func<int, Batch> make, int first, int end, int threads, int prefetch)
    {
        (_make, _first, _end, _next) = (make, first, end, first - 1);
        _results = new TaskCompletionSource<Batch>[Math.Max(0, end - first)];
        for (int i = 0; i < _results.Length; i++)
            _results[i] = new();
        _slots = new SemaphoreSlim(Math.Max(threads, prefetch));
        _threads = new Thread[Math.Min(threads, _results.Length)];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"remem-loader-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Waits for a batch; rethrows a worker's exception. The caller owns the batch.</summary>
    public Batch Take(int number)
    {
        Batch batch = _results[number - _first].Task.GetAwaiter().GetResult();
        _results[number - _first] = new();
        _slots.Release();
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Thread thread in _threads)
            thread.Join();
        foreach (TaskCompletionSource<Batch> result in _results)
        {
            if (result.Task.IsCompletedSuccessfully)
                result.Task.Result.Dispose();
            else
                _ = result.Task.Exception;
        }

        _slots.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                _slots.Wait(_stop.Token);
                int number = Interlocked.Increment(ref _next);
                if (number >= _end)
                    return;
                TaskCompletionSource<Batch> result = _results[number - _first];
                try
                {
                    result.SetResult(_make(number));
                }
                catch (Exception e)
                {
                    // Later batches are no longer needed: the consumer stops at this one.
                    result.SetException(e);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The consumer stopped.
        }
    }
}
