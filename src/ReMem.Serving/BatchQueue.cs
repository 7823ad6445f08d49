using System.Threading.Channels;
using ReMem.Inference;

namespace ReMem.Serving;

/// <summary>
/// Runs the model on the images of several requests at once: what waits when a run ends is the next batch, so that nobody waits for a batch
/// to fill. The queue is bounded.
/// </summary>
internal sealed class BatchQueue : IAsyncDisposable
{
    private readonly OnnxImageClassifier _classifier;
    private readonly Channel<Waiting> _queue;
    private readonly int _maxBatch;
    private readonly Task _worker;

    /// <summary>Starts it.</summary>
    /// <param name="classifier">Not disposed.</param>
    /// <param name="maxQueue">Images that wait, at the most.</param>
    /// <param name="maxBatch">Images of a run, at the most.</param>
    public BatchQueue(OnnxImageClassifier classifier, int maxQueue, int maxBatch)
    {
        (_classifier, _maxBatch) = (classifier, maxBatch);
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(maxQueue) { SingleReader = true });
        _worker = Task.Run(WorkAsync);
    }

    /// <summary>Classifies an image; null where the queue is full.</summary>
    /// <param name="image">Prepared by the same classifier.</param>
    /// <param name="top">Classes to return.</param>
    /// <param name="cancellationToken">Gives up waiting; the image is then left out.</param>
    public Task<ImageAnswer>? TryClassify(PreparedImage image, int top, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(image, top, new TaskCompletionSource<ImageAnswer>(TaskCreationOptions.RunContinuationsAsynchronously),
            cancellationToken);
        return _queue.Writer.TryWrite(waiting) ? waiting.Answer.Task.WaitAsync(cancellationToken) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _worker.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Waiting>(_maxBatch);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out Waiting? waiting))
            {
                if (waiting.Cancel.IsCancellationRequested)
                    waiting.Answer.TrySetCanceled(waiting.Cancel);
                else
                    batch.Add(waiting);
            }

            if (batch.Count > 0)
                Run(batch);
        }
    }

    private void Run(List<Waiting> batch)
    {
        try
        {
            IReadOnlyList<ImageAnswer> answers = _classifier.Run([.. batch.Select(w => w.Image)], batch.Max(w => w.Top));
            for (int i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(answers[i] with { Classes = [.. answers[i].Classes.Take(batch[i].Top)] });
        }
#pragma warning disable CA1031 // Whatever it is belongs to the requests of this batch; the worker goes on with the next.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (Waiting waiting in batch)
                waiting.Answer.TrySetException(e);
        }
    }

    private sealed record Waiting(
        PreparedImage Image, int Top, TaskCompletionSource<ImageAnswer> Answer, CancellationToken Cancel);
}
