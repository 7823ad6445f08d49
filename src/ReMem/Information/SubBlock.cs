namespace ReMem.Information;

/// <summary>One half of a block, block 0 at the bottom.</summary>
internal readonly record struct SubBlock(int Block, SubBlockKind Kind)
{
    /// <summary>Every half of a model, in the order they are computed.</summary>
    public static IEnumerable<SubBlock> All(int depth) => Enumerable.Range(0, depth)
        .SelectMany(block => new[] { new SubBlock(block, SubBlockKind.Attention), new SubBlock(block, SubBlockKind.Mlp) });
}
