using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>A model's features of every image of a split, in the loader's order.</summary>
/// <param name="Logits">float32 [N, C].</param>
/// <param name="Pooled">The classifier's input, float32 [N, D].</param>
/// <param name="ClassToken">After the final norm, float32 [N, D]; null where the model has none.</param>
/// <param name="Patches">Patch tokens, or a convolutional network's maps, float32 [N, D, G, G].</param>
/// <param name="Labels">int64 [N].</param>
internal sealed record ModelFeatures(Tensor Logits, Tensor Pooled, Tensor? ClassToken, Tensor Patches, Tensor Labels) : IDisposable
{
    /// <summary>The maximal memory of the maps of all images; larger maps are averaged to a coarser grid.</summary>
    internal const long MapBytes = 1L << 30;

    /// <summary>Runs a model over a split in eval mode, without gradients; the model's mode is restored.</summary>
    /// <param name="model">The model.</param>
    /// <param name="loader">The images, preprocessed for the model.</param>
    /// <param name="mapImages">Number of images that share the memory for maps: those of all compared splits.</param>
    /// <param name="progress">Receives progress after every batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InputException">There is no image, or one cannot be read.</exception>
    internal static ModelFeatures Read(ImageModel model, BatchLoader loader, long mapImages, ProbeProgress progress,
        CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        List<Tensor> logits = [], pooled = [], classes = [], patches = [], labels = [];
        bool training = model.training;
        model.eval();
        try
        {
            foreach (Batch batch in loader.Epoch(0))
            {
                using Batch owned = batch;
                using DisposeScope inner = NewDisposeScope();
                cancellationToken.ThrowIfCancellationRequested();
                Tensor features = model.ForwardFeatures(model.Info.Normalization.Apply(batch.Images));
                (Tensor? token, Tensor map) = TokenMap.Split(model, features);
                logits.Add(model.ForwardHead(features).MoveToOuterDisposeScope());
                pooled.Add(model.ForwardHead(features, preLogits: true).MoveToOuterDisposeScope());
                patches.Add(TokenMap.Coarse(map, TokenMap.Side(map, mapImages, MapBytes)).contiguous().clone().MoveToOuterDisposeScope());
                labels.Add(batch.Labels.clone().MoveToOuterDisposeScope());
                if (token is not null)
                    classes.Add(token.clone().MoveToOuterDisposeScope());
                progress.Advance(batch.Count);
            }
        }
        finally
        {
            model.train(training);
        }

        if (labels.Count == 0)
            throw new InputException("There is no image to run the model on.", "probe", "Choose a split that has images.");
        return new ModelFeatures(Whole(logits), Whole(pooled), classes.Count > 0 ? Whole(classes) : null, Whole(patches), Whole(labels));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? tensor in new[] { Logits, Pooled, ClassToken, Patches, Labels })
            tensor?.Dispose();
    }

    private static Tensor Whole(List<Tensor> parts) => cat([.. parts]).DetachFromDisposeScope();
}
