using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>Losses between pooled features: of the student [B, D] and of the teacher [B, D'], where D = D' unless said otherwise.</summary>
internal static class FeatureLoss
{
    /// <summary>Minimal value of squares, so that the root has a gradient.</summary>
    private const double SquareEpsilon = 1e-12;

    /// <summary>Mean squared difference (FitNets, Romero 2015).</summary>
    public static Tensor Hint(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        return (student - teacher).Squared().mean().MoveToOuterDisposeScope();
    }

    /// <summary>Mean of 1 - cos: compares only the direction.</summary>
    public static Tensor Cosine(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar one = 1;
        return (Directions(student) * Directions(teacher)).sum(dim: 1).mean().neg().Plus(one).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Relational distance (RKD-D, Park 2019): smooth L1 between the images' mutual distances, normalised by the batch's mean. D and D' may
    /// differ.
    /// </summary>
    public static Tensor RelationalDistance(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.smooth_l1_loss(Distances(student), Distances(teacher)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Relational angle (RKD-A, Park 2019): smooth L1 between the cosines of the angles of all triples of images. D and D' may differ.
    /// Takes B^3 numbers of memory.
    /// </summary>
    public static Tensor RelationalAngle(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.smooth_l1_loss(Angles(student), Angles(teacher)).MoveToOuterDisposeScope();
    }

    private static Tensor Directions(Tensor features) => nn.functional.normalize(features, p: 2, dim: features.dim() - 1);

    private static Tensor Distances(Tensor features)
    {
        using Scalar min = SquareEpsilon, twice = 2;
        Tensor squares = features.Squared().sum(dim: 1);
        Tensor all = squares.unsqueeze(1).Plus(squares.unsqueeze(0)) - (features.matmul(features.transpose(0, 1)) * twice);
        Tensor others = ones_like(all) - eye(all.shape[0], dtype: all.dtype, device: all.device);
        Tensor distances = all.clamp_min(min).sqrt() * others;
        return distances / (distances.sum() / others.sum());
    }

    private static Tensor Angles(Tensor features)
    {
        Tensor directions = Directions(features.unsqueeze(0) - features.unsqueeze(1));
        return directions.bmm(directions.transpose(1, 2));
    }
}
