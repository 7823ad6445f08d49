using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The sparsity of an MLP's hidden units after the non-linearity. A unit's mass for an image is the sum of its absolute activations over
/// the image's tokens. Intervals are for the mean over images.
/// </summary>
/// <param name="AboveZero">Share of activations above zero, in [0, 1].</param>
/// <param name="UnitsForNinety">Share of units that hold 90 % of an image's mass, the strongest first, in [0, 1].</param>
/// <param name="Cosine">Mean cosine of two images' masses: 1 where all images use all units equally.</param>
/// <param name="Jaccard">
/// Mean overlap of two images' sets of those strongest units, intersection over union: 1 where the sets are equal.
/// </param>
internal sealed record ActivationUsage(Interval AboveZero, Interval UnitsForNinety, double Cosine, double Jaccard)
{
    private const double Carried = 0.9;

    /// <summary>Summarises the activations of some images.</summary>
    /// <param name="aboveZero">Each image's share of activations above zero, float [N], of two images or more.</param>
    /// <param name="mass">Each image's mass by unit, float [N, H].</param>
    internal static ActivationUsage Of(Tensor aboveZero, Tensor mass)
    {
        using DisposeScope scope = NewDisposeScope();
        long images = mass.shape[0], units = mass.shape[1];
        using Scalar share = Carried, zero = 0, one = 1;
        (Tensor sorted, Tensor order) = mass.to(ScalarType.Float64).sort(1, descending: true);
        Tensor total = sorted.sum(1, keepdim: true);
        // The units up to the one that passes 90 %; none for a layer without activations.
        Tensor count = (sorted.cumsum(1) - sorted).lt(total * share).sum(1, keepdim: true);
        Tensor used = zeros([images, units], ScalarType.Float32).scatter_(1, order,
            TensorMath.Numbers(units).lt(count).to(ScalarType.Float32));
        Tensor shared = used.matmul(used.t());
        Tensor sizes = count.to(ScalarType.Float32);
        Tensor either = (sizes - (shared - sizes.t())).clamp_min(one);
        Tensor unit = mass.to(ScalarType.Float64) / mass.to(ScalarType.Float64).norm(1, keepdim: true).AtLeast(1e-30);
        return new ActivationUsage(
            Interval.Of(aboveZero.to(ScalarType.Float64).data<double>().ToArray()),
            Interval.Of([.. count.to(ScalarType.Float64).data<double>().ToArray().Select(c => c / units)]),
            OffDiagonal(unit.matmul(unit.t())),
            OffDiagonal((shared / either).to(ScalarType.Float64)));
    }

    private static double OffDiagonal(Tensor pairs)
    {
        long images = pairs.shape[0];
        return (pairs.sum().item<double>() - pairs.trace().item<double>()) / (images * (images - 1));
    }
}
