using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The best linear decoder of targets from features, in closed form: ridge regression over standardised features, its strength chosen by
/// leave-one-out error. Every decoder starts from it, so that a short training only refines it.
/// </summary>
internal sealed class RidgeDecoder : ILinearDecoder
{
    private const double MinDeviation = 1e-6;
    private const double MinRest = 1e-9;
    private readonly Tensor _mean;
    private readonly Tensor _scale;
    private readonly Tensor _weights;
    private readonly Tensor _leverage;

    private RidgeDecoder(Tensor mean, Tensor scale, Tensor weights, Tensor leverage, Tensor offset)
    {
        _mean = mean;
        _scale = scale;
        _weights = weights;
        _leverage = leverage;
        Offset = offset;
    }

    /// <summary>The mean target [P]: the best constant prediction.</summary>
    public Tensor Offset { get; }

    /// <summary>Fits the decoder. Tensors belong to the caller's scope.</summary>
    /// <param name="features">float [N, D].</param>
    /// <param name="targets">float [N, P].</param>
    public static RidgeDecoder Fit(Tensor features, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar tiny = 1e-30, smallest = MinDeviation, rows = (double)features.shape[0];
        Tensor mean = features.mean([0]);
        Tensor deviation = features.std(0, unbiased: false);
        // A constant dimension has no information; dividing by its rounding noise would make it look as if it did.
        Tensor alive = deviation.gt(mean.abs().maximum(deviation.max()).mul(smallest)).to(features.dtype);
        Tensor scale = alive / deviation.clamp_min(tiny);
        Tensor offset = targets.mean([0]);
        Tensor x = ((features - mean) * scale).to(ScalarType.Float64);
        (Tensor values, Tensor vectors) = linalg.eigh(x.t().matmul(x).div_(rows));
        x = x.matmul(vectors);
        Tensor y = (targets - offset).to(ScalarType.Float64);
        Tensor rotated = x.t().matmul(y).div_(rows);
        // Rounding can make an eigenvalue of a singular matrix negative.
        (Tensor shrink, Tensor leverage) = Strongest(values.relu(), x, y, rotated);
        Tensor weights = vectors.matmul(rotated * shrink.unsqueeze(1)).to(targets.dtype);
        return new RidgeDecoder(
            mean.MoveToOuterDisposeScope(),
            scale.MoveToOuterDisposeScope(),
            weights.MoveToOuterDisposeScope(),
            leverage.to(targets.dtype).MoveToOuterDisposeScope(),
            offset.MoveToOuterDisposeScope());
    }

    /// <summary>Predictions [N, P].</summary>
    public Tensor Predict(Tensor features) => ((features - _mean) * _scale).matmul(_weights).Plus(Offset);

    /// <summary>
    /// Predictions [N, P] for the fitted rows, each by the decoder fitted on the other rows (leave-one-out, in closed form): the refinement
    /// must be trained on errors as large as on new rows.
    /// </summary>
    public Tensor PredictLeftOut(Tensor features, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar smallest = MinRest;
        Tensor rest = (ones_like(_leverage) - _leverage).clamp_min(smallest).unsqueeze(1);
        return (targets - ((targets - Predict(features)) / rest)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The shrinkage 1 / (eigenvalue + strength) [D] and the leverages [N] of the strength with the smallest leave-one-out squared error;
    /// the constant's where no strength is better, so that a useless feature does no harm. A row's squared residual is a quadratic form in
    /// the shrinkage, so that a strength costs N D^2 rather than a prediction of every pixel.
    /// </summary>
    private static (Tensor Shrink, Tensor Leverage) Strongest(Tensor values, Tensor x, Tensor y, Tensor rotated)
    {
        using Scalar rows = (double)x.shape[0], smallest = MinRest, two = 2;
        Tensor own = y.Squared().sum(1);
        Tensor linear = x * y.matmul(rotated.t()) * two;
        Tensor quadratic = rotated.matmul(rotated.t());
        Tensor mean = ones_like(own).div_(rows);
        (Tensor, Tensor) best = (zeros_like(values), mean);
        double bestError = own.mean().item<double>() / Math.Pow(1 - (1.0 / x.shape[0]), 2);
        int bestExponent = 0;
        // From almost no regularisation to almost the constant by half decades, then by eighths of a decade around the best.
        Try(Enumerable.Range(-6, 15).Select(i => 4 * i));
        Try(Enumerable.Range(bestExponent - 3, 7));
        return best;

        void Try(IEnumerable<int> exponents)
        {
            foreach (int exponent in exponents)
            {
                using DisposeScope scope = NewDisposeScope();
                using Scalar strength = Math.Pow(10, exponent / 8.0);
                Tensor shrink = values.clone().PlusInPlace(strength).reciprocal_();
                Tensor shrunk = x * shrink;
                Tensor residual = own.Plus((shrunk.matmul(quadratic) * shrunk).sum(1)) - linear.matmul(shrink);
                Tensor leverage = mean.Plus((x * shrunk).sum(1).div_(rows));
                double error = (residual / (ones_like(leverage) - leverage).clamp_min(smallest).Squared()).mean().item<double>();
                if (error < bestError)
                    (best, bestError, bestExponent) = ((shrink.MoveToOuterDisposeScope(), leverage.MoveToOuterDisposeScope()), error,
                        exponent);
            }
        }
    }
}
