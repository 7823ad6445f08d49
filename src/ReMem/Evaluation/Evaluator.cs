using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>Runs models over splits without gradients.</summary>
public static class Evaluator
{
    /// <summary>The model's logits and pooled features of every sample, in eval mode; the model's mode is restored.</summary>
    /// <param name="model">The model.</param>
    /// <param name="loader">The split.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="normalization">Normalisation of its inputs; null is the model's own.</param>
    /// <exception cref="InputException">There is no image, or one cannot be read.</exception>
    public static ModelOutputs Run(
        ImageModel model, BatchLoader loader, CancellationToken cancellationToken = default, Normalization? normalization = null) =>
        Run(model, loader, cancellationToken, null, normalization);

    /// <summary>The model's logits and pooled features, with each batch also given to another runtime.</summary>
    /// <param name="model">The model.</param>
    /// <param name="loader">The split.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="seen">
    /// Called with each batch of normalised images [B, 3, S, S], which are disposed after it; tensors that it keeps have to leave its
    /// scope.
    /// </param>
    /// <param name="normalization">Normalisation of the model's inputs; null is the model's own.</param>
    internal static ModelOutputs Run(
        ImageModel model, BatchLoader loader, CancellationToken cancellationToken, Action<Tensor>? seen,
        Normalization? normalization = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        var logits = new List<Tensor>();
        var features = new List<Tensor>();
        var labels = new List<Tensor>();
        bool training = model.training;
        model.eval();
        try
        {
            foreach (Batch batch in Batches(loader, cancellationToken))
            {
                using DisposeScope inner = NewDisposeScope();
                Tensor images = (normalization ?? model.Info.Normalization).Apply(batch.Images);
                seen?.Invoke(images);
                Tensor maps = model.ForwardFeatures(images);
                features.Add(model.ForwardHead(maps, preLogits: true).MoveToOuterDisposeScope());
                logits.Add(model.ForwardHead(maps).MoveToOuterDisposeScope());
                labels.Add(batch.Labels.clone().MoveToOuterDisposeScope());
            }
        }
        finally
        {
            model.train(training);
        }

        return new ModelOutputs(Whole(logits), Whole(features), Whole(labels));
    }

    /// <summary>The split's images as a loader shows them, uint8 [N, 3, S, S]. The caller disposes them.</summary>
    /// <exception cref="InputException">There is no image, or one cannot be read.</exception>
    public static Tensor Images(BatchLoader loader, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        return Whole([.. Batches(loader, cancellationToken).Select(batch => batch.Images.clone())]);
    }

    private static IEnumerable<Batch> Batches(BatchLoader loader, CancellationToken cancellationToken)
    {
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return batch;
            }
        }
    }

    private static Tensor Whole(List<Tensor> parts) => parts.Count > 0
        ? cat([.. parts]).DetachFromDisposeScope()
        : throw new InputException("There is no image to run the model on.", "evaluation", "Choose a split that has images.");
}
