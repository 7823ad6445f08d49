using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>
/// Resamples a square grid of cells to a coarser one over the same square, by the overlap of cells. The sides need not divide
/// each other.
/// </summary>
internal static class CoarserGrid
{
    /// <summary>Tokens [B, F F, D] to [B, G G, D]: each cell is the mean of those below it.</summary>
    public static Tensor Tokens(Tensor tokens, int coarse)
    {
        using DisposeScope scope = NewDisposeScope();
        int fine = Side(tokens.shape[1]);
        return fine == coarse
            ? tokens.alias().MoveToOuterDisposeScope()
            : Apply(tokens, Shared(fine, coarse, coarse, tokens)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention [..., P + F F, P + F F] of P tokens before the patches to [..., P + G G, P + G G]: the mean over the queries below a cell,
    /// and the sum over the keys, so that each row stays a distribution.
    /// </summary>
    public static Tensor Attention(Tensor attention, int prefix, int coarse)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] before = attention.shape[..^2];
        long tokens = attention.shape[^1];
        int fine = Side(tokens - prefix), length = prefix + (coarse * coarse);
        if (fine == coarse)
            return attention.alias().MoveToOuterDisposeScope();
        Tensor Along(Tensor x, double size) =>
            cat([x.narrow(1, 0, prefix), Apply(x.narrow(1, prefix, (long)fine * fine), Shared(fine, coarse, size, attention))], 1);
        Tensor queries = Along(attention.reshape(-1, tokens, tokens), coarse);
        return Along(queries.transpose(1, 2), fine).transpose(1, 2).reshape([.. before, length, length]).MoveToOuterDisposeScope();
    }

    /// <summary>Side of a square grid with this many cells.</summary>
    public static int Side(long cells) => (int)Math.Round(Math.Sqrt(cells));

    /// <summary>The length that cells of both grids share along one side, of a side of <paramref name="size"/>: [coarse, fine].</summary>
    /// <remarks>
    /// Scaled to the coarse size its rows sum to 1, which gives means; scaled to the fine size its columns do, which gives sums.
    /// </remarks>
    private static Tensor Shared(int fine, int coarse, double size, Tensor like)
    {
        var shared = new double[coarse * fine];
        for (int a = 0; a < coarse; a++)
        {
            for (int b = 0; b < fine; b++)
            {
                double start = Math.Max((double)a / coarse, (double)b / fine), end = Math.Min((double)(a + 1) / coarse,
                    (double)(b + 1) / fine);
                shared[(a * fine) + b] = size * Math.Max(0, end - start);
            }
        }

        return tensor(shared).view(coarse, fine).to(like.dtype, like.device);
    }

    /// <summary>Applies a matrix along both sides of the grid of [B, F F, D].</summary>
    private static Tensor Apply(Tensor x, Tensor matrix)
    {
        (long batch, long coarse, long fine, long width) = (x.shape[0], matrix.shape[0], matrix.shape[1], x.shape[2]);
        // Image by image: matmul would compute one product for all, whose last bits depend on an image's position in the batch.
        Tensor Along(Tensor lines) => matrix.expand(lines.shape[0], coarse, fine).bmm(lines);
        Tensor rows = Along(x.reshape(batch, fine, fine * width));
        return Along(rows.reshape(batch * coarse, fine, width)).reshape(batch, coarse * coarse, width);
    }
}
