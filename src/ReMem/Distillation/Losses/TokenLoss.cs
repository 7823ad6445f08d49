using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>Losses between what a student and a teacher say place by place. Each returns a scalar, the mean over the batch.</summary>
internal static class TokenLoss
{
    /// <summary>Keeps the token of an empty place, whose channels are all alike, finite.</summary>
    private const double VarianceEpsilon = 1e-6;

    /// <summary>The least probability that has a logarithm here.</summary>
    private const double LeastProbability = 1e-12;

    /// <summary>
    /// Mean squared difference of tokens, each brought to mean 0 and deviation 1 over its channels (feature distillation's whitening, Wei 2022; place by
    /// place as FitNets, Romero 2015). 0 to 4: twice 1 - r of the channels. The finer of two grids is brought to the coarser by area.
    /// For any two models; a weight of 0.1 to 1 beside kl, 1 where left out.
    /// </summary>
    /// <param name="student">[B, N, D], N a square.</param>
    /// <param name="teacher">[B, M, D], M a square.</param>
    public static Tensor Tokens(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        int side = CoarserGrid.Side(Math.Min(student.shape[1], teacher.shape[1]));
        return (Whitened(CoarserGrid.Tokens(student, side)) - Whitened(CoarserGrid.Tokens(teacher, side))).Squared().mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// MiniLM's loss (Wang 2020): the divergence of the student's attention from the teacher's, and that of the relations of the values, each a mean over
    /// tokens and heads. For two vision transformers; a weight of 0.1 to 1 beside kl, 1 where left out.
    /// </summary>
    /// <param name="student">Distributions [B, 2, H, N, N], as <see cref="BatchOutputs.Attention"/>.</param>
    /// <param name="teacher">Of the same shape.</param>
    /// <param name="distributions">Of the attention's part; the paper's is 1.</param>
    /// <param name="relations">Of the values' part; the paper's is 1.</param>
    public static Tensor Attention(Tensor student, Tensor teacher, double distributions, double relations)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar least = LeastProbability, first = distributions, second = relations;
        Tensor divergence = (teacher * (teacher.clamp_min(least).log() - student.clamp_min(least).log())).sum(-1);
        return (divergence.select(1, 0).mean() * first).Plus(divergence.select(1, 1).mean() * second).MoveToOuterDisposeScope();
    }

    private static Tensor Whitened(Tensor tokens) => nn.functional.layer_norm(tokens, [tokens.shape[2]], null, null, VarianceEpsilon);
}
