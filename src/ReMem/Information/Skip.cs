using ReMem.Models;
using ReMem.Models.Layers;

namespace ReMem.Information;

/// <summary>Skipped sub-blocks of one kind: those of <paramref name="Count"/> blocks from <paramref name="First"/> on.</summary>
internal readonly record struct Skip(SubBlockKind Kind, int First, int Count)
{
    /// <summary>Every single sub-block, then the top 2, 3 ... up to <paramref name="top"/> of either kind.</summary>
    public static IEnumerable<Skip> All(int depth, int top) =>
    [
        .. SubBlock.All(depth).Select(s => new Skip(s.Kind, s.Block, 1)),
        .. Enumerable.Range(2, Math.Max(0, top - 1))
            .SelectMany(k => new[] { Top(SubBlockKind.Attention, depth, k), Top(SubBlockKind.Mlp, depth, k) }),
    ];

    /// <summary>The topmost sub-blocks of a kind.</summary>
    public static Skip Top(SubBlockKind kind, int depth, int count) => new(kind, depth - count, count);

    /// <summary>Runs work with the sub-blocks' scales at 0; the former scales are always restored.</summary>
    public T With<T>(TransformerModel model, Func<T> work)
    {
        TransformerBlock[] blocks = [.. model.Blocks.Skip(First).Take(Count)];
        (double Attention, double Mlp)[] scales = [.. blocks.Select(b => (b.AttentionScale, b.MlpScale))];
        try
        {
            foreach (TransformerBlock block in blocks)
            {
                if (Kind == SubBlockKind.Attention)
                    block.AttentionScale = 0;
                else
                    block.MlpScale = 0;
            }

            return work();
        }
        finally
        {
            for (int i = 0; i < blocks.Length; i++)
                (blocks[i].AttentionScale, blocks[i].MlpScale) = scales[i];
        }
    }
}
