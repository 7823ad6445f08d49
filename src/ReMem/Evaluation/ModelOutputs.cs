using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>A model's outputs over a whole split, in the loader's order.</summary>
/// <param name="logits">float32 [N, C].</param>
/// <param name="features">Pooled features float32 [N, D], the classifier's input.</param>
/// <param name="labels">int64 [N].</param>
public sealed class ModelOutputs(Tensor logits, Tensor features, Tensor labels) : IDisposable
{
    /// <summary>float32 [N, C].</summary>
    public Tensor Logits { get; } = logits;

    /// <summary>Pooled features float32 [N, D], the classifier's input.</summary>
    public Tensor Features { get; } = features;

    /// <summary>int64 [N].</summary>
    public Tensor Labels { get; } = labels;

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

    /// <summary>The answers for some of the samples, in that order.</summary>
    internal ModelOutputs Of(IEnumerable<int> samples)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(samples.Select(i => (long)i).ToArray());
        return new ModelOutputs(Logits[rows].DetachFromDisposeScope(), Features[rows].DetachFromDisposeScope(),
            Labels[rows].DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Logits.Dispose();
        Features.Dispose();
        Labels.Dispose();
    }
}
