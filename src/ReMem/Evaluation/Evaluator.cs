using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>A model's answers over a whole split, in the loader's order.</summary>
/// <param name="Logits">float32 [N, C].</param>
/// <param name="Features">Pooled features float32 [N, D], what the classifier reads.</param>
/// <param name="Labels">int64 [N].</param>
public sealed record ModelOutputs(Tensor Logits, Tensor Features, Tensor Labels) : IDisposable
{
    /// <summary>Mean cross-entropy of the logits, in nats.</summary>
    public double CrossEntropy()
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.cross_entropy(Logits, Labels).item<float>();
    }

    /// <summary>Share of samples whose largest logit is the label's, in [0, 1].</summary>
    public double Top1()
    {
        using DisposeScope scope = NewDisposeScope();
        return Logits.argmax(1).eq(Labels).to(ScalarType.Float64).mean().item<double>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Logits.Dispose();
        Features.Dispose();
        Labels.Dispose();
    }
}

/// <summary>Runs models over splits without gradients.</summary>
public static class Evaluator
{
    /// <summary>The model's logits and pooled features of every sample, in eval mode; the model's mode is restored.</summary>
    public static ModelOutputs Run(ImageModel model, BatchLoader loader, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        bool training = model.training;
        model.eval();
        var logits = new List<Tensor>();
        var features = new List<Tensor>();
        var labels = new List<Tensor>();
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                cancel.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                Tensor maps = model.ForwardFeatures(model.Info.Normalization.Apply(batch.Images));
                features.Add(model.ForwardHead(maps, preLogits: true).MoveToOuterDisposeScope());
                logits.Add(model.ForwardHead(maps).MoveToOuterDisposeScope());
                labels.Add(batch.Labels.clone().MoveToOuterDisposeScope());
            }
        }

        model.train(training);
        return new ModelOutputs(
            cat([.. logits]).DetachFromDisposeScope(), cat([.. features]).DetachFromDisposeScope(), cat([.. labels]).DetachFromDisposeScope());
    }

    /// <summary>The split's images as a loader shows them, uint8 [N, 3, S, S].</summary>
    public static Tensor Images(BatchLoader loader, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        var images = new List<Tensor>();
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                cancel.ThrowIfCancellationRequested();
                images.Add(batch.Images.clone());
            }
        }

        return cat([.. images]).DetachFromDisposeScope();
    }
}
