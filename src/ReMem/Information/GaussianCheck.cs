using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The closed form of jointly Gaussian codes: I = -1/2 sum ln(1 - r^2) over canonical correlations r (Kay 1992). Directions are found on
/// training images and correlated on test images, so that chance correlations do not count.
/// </summary>
internal static class GaussianCheck
{
    public const int Dimensions = 32;

    /// <summary>Measures one value per seed, whose split decides which training rows find the directions.</summary>
    public static InformationCheck Measure((Tensor Features, Tensor Codes) train, (Tensor Features, Tensor Codes) test,
        InformationMeterOptions options)
    {
        double[] nats = new double[options.Seeds];
        for (int i = 0; i < options.Seeds; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor fit = InformationMeter.Split((int)train.Features.shape[0], options.ValFraction, options.Seed + i).Fit;
            (Tensor left, Tensor right) = Directions(train.Features[fit], train.Codes[fit]);
            nats[i] = Sum(Correlations(test.Features.to(ScalarType.Float64).matmul(left), test.Codes.to(ScalarType.Float64).matmul(right)));
        }

        return new InformationCheck(
            "gaussian", Interval.Of(nats), null, (int)train.Features.shape[1], (int)train.Codes.shape[1], (int)test.Features.shape[0],
            nats);
    }

    /// <summary>Canonical directions of both sides, the most correlated first.</summary>
    private static (Tensor Left, Tensor Right) Directions(Tensor features, Tensor codes)
    {
        (Tensor x, Tensor white) = Whitened(features);
        (Tensor y, Tensor whiteCodes) = Whitened(codes);
        (Tensor left, _, Tensor right) = linalg.svd(x.t().matmul(y), fullMatrices: false);
        return (white.matmul(left), whiteCodes.matmul(right.t()));
    }

    private static (Tensor Rows, Tensor Whitening) Whitened(Tensor rows)
    {
        using Scalar count = (double)rows.shape[0], dead = 1e-6;
        Tensor x = rows.to(ScalarType.Float64);
        x = x - x.mean([0]);
        (Tensor values, Tensor vectors) = linalg.eigh(x.t().matmul(x).div_(count));
        // Constant directions are left out, rather than amplified.
        Tensor whitening = vectors * (values.gt(dead).to(ScalarType.Float64) / values.clamp_min(dead).sqrt());
        return (x.matmul(whitening), whitening);
    }

    private static double[] Correlations(Tensor a, Tensor b)
    {
        using Scalar tiny = 1e-30;
        (a, b) = (a - a.mean([0]), b - b.mean([0]));
        return ((a * b).sum([0]) / (a.Squared().sum([0]) * b.Squared().sum([0])).sqrt().clamp_min(tiny)).data<double>().ToArray();
    }

    /// <remarks>A correlation of the wrong sign counts negatively, so that directions without information give zero on average.</remarks>
    private static double Sum(double[] correlations) =>
        correlations.Sum(r => -0.5 * Math.Sign(r) * Math.Log(Math.Max(1 - (r * r), 1e-12)));
}
