using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The conditional mutual information I(X; Y_hat given Y) of a classifier's probabilities (Ye 2024, arXiv 2401.08732), in nats: the mean
/// divergence KL(p(x), q) of an image's probabilities p(x) from the mean q of those of its class.
/// </summary>
internal sealed class ConditionalInformation : IDisposable
{
    /// <summary>Keeps the logarithm of a mean probability finite.</summary>
    private const double Smallest = 1e-12;

    private readonly Tensor _logMeans;

    private ConditionalInformation(Tensor logMeans) => _logMeans = logMeans;

    /// <summary>The mean probabilities of every class.</summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="labels">int64 [N].</param>
    public static ConditionalInformation Of(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        int classes = (int)logits.shape[1];
        using Scalar smallest = Smallest, one = 1;
        Tensor probabilities = logits.to(ScalarType.Float64).softmax(1);
        Tensor sums = zeros([classes, classes], ScalarType.Float64).index_add_(0, labels, probabilities, one);
        Tensor counts = labels.bincount(null, classes).clamp_min(one).to(ScalarType.Float64).unsqueeze(1);
        return new ConditionalInformation((sums / counts).clamp_min(smallest).log().to(logits.dtype).DetachFromDisposeScope());
    }

    /// <summary>The mean over images against these class means, a scalar with a gradient.</summary>
    /// <param name="logits">[B, C].</param>
    /// <param name="labels">int64 [B].</param>
    public Tensor Mean(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor log = logits.log_softmax(1);
        return log.exp().mul(log - _logMeans.index_select(0, labels)).sum(1).mean().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _logMeans.Dispose();
}
