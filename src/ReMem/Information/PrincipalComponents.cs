using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>The first principal components of rows, each scaled to unit variance: a short code of an image or of a feature.</summary>
internal sealed class PrincipalComponents
{
    private const int Exact = 512;
    private const int Spare = 16;
    private const int Iterations = 4;
    private const double MinDeviation = 1e-6;
    private readonly Tensor _mean;
    private readonly Tensor _basis;

    private PrincipalComponents(Tensor mean, Tensor basis)
    {
        (_mean, _basis) = (mean, basis);
    }

    /// <summary>Fits the decoder. Tensors belong to the caller's scope.</summary>
    /// <param name="rows">float [N, P].</param>
    /// <param name="count">At most this many components; constant directions give zeros.</param>
    /// <param name="seed">Seed of the random sketch that is used for many columns (Halko 2011).</param>
    public static PrincipalComponents Fit(Tensor rows, int count, long seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar n = (double)rows.shape[0], tiny = 1e-30;
        rows = rows.to(ScalarType.Float64);
        Tensor mean = rows.mean([0]);
        Tensor x = rows - mean;
        count = (int)Math.Min(count, Math.Min(x.shape[0] - 1, x.shape[1]));
        Tensor basis = x.shape[1] <= Exact ? linalg.eigh(x.t().matmul(x)).Item2.flip(1) : Sketched(x, count, seed);
        basis = basis.narrow(1, 0, count);
        Tensor deviation = x.matmul(basis).Squared().sum([0]).div_(n).sqrt_();
        double min = MinDeviation * Math.Max(mean.abs().max().item<double>(), deviation.max().item<double>());
        using Scalar smallest = min;
        Tensor scaled = basis * deviation.gt(smallest).to(ScalarType.Float64) / deviation.clamp_min(tiny);
        return new PrincipalComponents(mean.MoveToOuterDisposeScope(), scaled.MoveToOuterDisposeScope());
    }

    /// <summary>The codes float32 [M, K] of rows [M, P].</summary>
    public Tensor Code(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        return (rows.to(ScalarType.Float64) - _mean).matmul(_basis).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Sketched(Tensor x, int count, long seed)
    {
        long wide = Math.Min(count + Spare, Math.Min(x.shape[0], x.shape[1]));
        using var generator = new Generator(new CounterRandom(seed, "sketch").NextUInt32());
        Tensor q = linalg.qr(x.matmul(randn([x.shape[1], wide], ScalarType.Float64, generator: generator))).Q;
        for (int i = 0; i < Iterations; i++)
            q = linalg.qr(x.matmul(x.t().matmul(q))).Q;
        Tensor small = q.t().matmul(x);
        Tensor vectors = linalg.eigh(small.matmul(small.t())).Item2.flip(1);
        Tensor basis = small.t().matmul(vectors);
        using Scalar tiny = 1e-30;
        return basis / basis.Squared().sum([0]).sqrt_().clamp_min(tiny);
    }
}
