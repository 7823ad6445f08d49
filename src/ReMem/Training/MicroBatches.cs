using ReMem.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Splits a batch into micro-batches whose losses sum to the batch's: gradient accumulation.</summary>
internal static class MicroBatches
{
    /// <summary>The losses of the micro-batches, each weighted by its share of the images.</summary>
    /// <param name="job">The job with the loss.</param>
    /// <param name="batch">The whole batch; it must outlive the micro-batches.</param>
    /// <param name="step">The step.</param>
    /// <param name="count">Number of micro-batches; at most the number of images.</param>
    public static IReadOnlyList<Func<Tensor>> Losses(TrainingJob job, Batch batch, TrainingStep step, int count)
    {
        if (count == 1)
            return [() => job.Loss(job.Model, batch, step)];
        count = Math.Min(count, batch.Count);
        var losses = new Func<Tensor>[count];
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)batch.Count * i / count), end = (int)((long)batch.Count * (i + 1) / count);
            Batch part = batch.Part(start, end - start);
            double share = (double)part.Count / batch.Count;
            losses[i] = () =>
            {
                using Scalar weight = share;
                return job.Loss(job.Model, part, step) * weight;
            };
        }

        return losses;
    }
}
