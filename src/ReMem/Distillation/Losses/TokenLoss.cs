using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>
/// Losses between a student's and a teacher's outputs by spatial position. Each returns a scalar, the mean over the batch.
/// </summary>
internal static class TokenLoss
{
    /// <summary>Keeps a constant token, as of an empty position, finite.</summary>
    private const double VarianceEpsilon = 1e-6;

    /// <summary>The minimal probability before the logarithm.</summary>
    private const double MinProbability = 1e-12;

    /// <summary>
    /// Mean squared difference of tokens, each normalised to mean 0 and deviation 1 over its channels (feature distillation's whitening,
    /// Wei 2022; by position as in FitNets, Romero 2015). 0 to 4: 2 (1 - r) of the channels. The finer of two grids is averaged to the
    /// coarser by area. For any two models; a weight of 0.1 to 1 with kl, 1 where omitted.
    /// </summary>
    /// <param name="student">[B, N, D], N a square.</param>
    /// <param name="teacher">[B, M, D], M a square.</param>
    public static Tensor Tokens(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        int side = CoarserGrid.Side(Math.Min(student.shape[1], teacher.shape[1]));
        return (Whitened(CoarserGrid.Tokens(student, side)) - Whitened(CoarserGrid.Tokens(teacher, side))).Squared().mean()
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// MiniLM's loss (Wang 2020): the divergence of the student's attention from the teacher's, and that of the relations of the values,
    /// each a mean over tokens and heads. For two vision transformers; a weight of 0.1 to 1 with kl, 1 where omitted.
    /// </summary>
    /// <param name="student">Distributions [B, 2, H, N, N], as <see cref="BatchOutputs.Attention"/>.</param>
    /// <param name="teacher">The same shape.</param>
    /// <param name="distributions">Weight of the attention's part; the paper's is 1.</param>
    /// <param name="relations">Weight of the values' part; the paper's is 1.</param>
    public static Tensor Attention(Tensor student, Tensor teacher, double distributions, double relations)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar min = MinProbability, first = distributions, second = relations;
        Tensor divergence = (teacher * (teacher.clamp_min(min).log() - student.clamp_min(min).log())).sum(-1);
        return (divergence.select(1, 0).mean() * first).Plus(divergence.select(1, 1).mean() * second).MoveToOuterDisposeScope();
    }

    private static Tensor Whitened(Tensor tokens) => nn.functional.layer_norm(tokens, [tokens.shape[2]], null, null, VarianceEpsilon);
}
