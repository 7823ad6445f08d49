using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The largest singular values of a model's weights. Each is found by power iteration from a fixed vector, so that it is a function of the
/// weights alone; few iterations give a value slightly below the true one, and a gradient along the direction found.
/// </summary>
internal static class SpectralNorms
{
    /// <summary>Enough for a penalty: within some per cent of the largest singular value of a trained matrix.</summary>
    internal const int Iterations = 5;

    private const double Smallest = 1e-12;

    /// <summary>Their sum over all trained weights of two or more dimensions, a scalar with a gradient.</summary>
    public static Tensor Sum(ImageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] norms = [.. model.parameters().Where(p => p.requires_grad && p.dim() > 1).Select(p => Largest(p, Iterations))];
        return stack(norms).sum().MoveToOuterDisposeScope();
    }

    /// <summary>The largest singular value of a weight, with all dimensions but the first as its columns.</summary>
    /// <param name="weight">[O, ...].</param>
    /// <param name="iterations">1 or more.</param>
    internal static Tensor Largest(Tensor weight, int iterations)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = weight.reshape(weight.shape[0], -1);
        Tensor left, right;
        using (no_grad())
        {
            // Any fixed vector without a pattern that weights could share.
            double[] start = [.. Enumerable.Range(1, (int)matrix.shape[1]).Select(i => Math.Sin((double)i * i))];
            right = Unit(tensor(start).to(matrix.dtype));
            left = Unit(matrix.mv(right));
            for (int i = 1; i < iterations; i++)
            {
                right = Unit(matrix.t().mv(left));
                left = Unit(matrix.mv(right));
            }
        }

        return left.dot(matrix.mv(right)).MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor vector)
    {
        using Scalar smallest = Smallest;
        return vector / vector.norm().clamp_min(smallest);
    }
}
