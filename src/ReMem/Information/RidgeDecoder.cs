using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The best linear decoder of targets from features, in closed form: ridge regression over standardised features, its strength chosen on
/// held-out rows. It is where every decoder starts, so that a short training refines it rather than finds it.
/// </summary>
internal sealed class RidgeDecoder
{
    private static readonly double[] Strengths = [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1, 3, 10, 100, 1e4];
    private const double SmallestDeviation = 1e-6;

    private RidgeDecoder(Tensor mean, Tensor scale, Tensor weights, Tensor offset)
    {
        Mean = mean;
        Scale = scale;
        Weights = weights;
        Offset = offset;
    }

    private Tensor Mean { get; }

    private Tensor Scale { get; }

    private Tensor Weights { get; }

    /// <summary>The mean target [P]: the best constant.</summary>
    public Tensor Offset { get; }

    /// <summary>Fits on rows and chooses the strength on others. Tensors belong to the caller's scope.</summary>
    /// <param name="features">float [N, D].</param>
    /// <param name="targets">float [N, P].</param>
    /// <param name="heldFeatures">float [V, D].</param>
    /// <param name="heldTargets">float [V, P].</param>
    public static RidgeDecoder Fit(Tensor features, Tensor targets, Tensor heldFeatures, Tensor heldTargets)
    {
        Tensor mean = features.mean([0]);
        Tensor deviation = features.std(0, unbiased: false);
        // A dimension that never varies carries nothing; dividing by its rounding noise would make it look as if it did.
        Tensor alive = deviation.gt(SmallestDeviation * deviation.max().clamp_min(1e-12)).to(features.dtype);
        Tensor scale = alive / deviation.clamp_min(1e-12);
        Tensor offset = targets.mean([0]);
        Tensor x = ((features - mean) * scale).to(ScalarType.Float64);
        Tensor gram = x.t().matmul(x) / x.shape[0];
        Tensor cross = x.t().matmul((targets - offset).to(ScalarType.Float64)) / x.shape[0];
        (Tensor values, Tensor vectors) = linalg.eigh(gram);
        Tensor rotated = vectors.t().matmul(cross);
        Tensor heldX = ((heldFeatures - mean) * scale).to(ScalarType.Float64).matmul(vectors);
        Tensor held = (heldTargets - offset).to(ScalarType.Float64);
        // With strength infinity the decoder is the constant, so a useless feature costs nothing.
        Tensor best = zeros_like(rotated);
        double bestError = held.square().mean().item<double>();
        foreach (double strength in Strengths)
        {
            Tensor candidate = rotated / (values + strength).unsqueeze(1);
            double error = (held - heldX.matmul(candidate)).square().mean().item<double>();
            if (error < bestError)
                (best, bestError) = (candidate, error);
        }

        return new RidgeDecoder(mean, scale, vectors.matmul(best).to(targets.dtype), offset);
    }

    /// <summary>Standardised features [N, D].</summary>
    public Tensor Standardise(Tensor features) => (features - Mean) * Scale;

    /// <summary>Predictions [N, P].</summary>
    public Tensor Predict(Tensor features) => Standardise(features).matmul(Weights) + Offset;
}
