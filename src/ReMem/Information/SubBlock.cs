namespace ReMem.Information;

/// <summary>A sub-block of a transformer block; block 0 is at the bottom.</summary>
internal readonly record struct SubBlock(int Block, SubBlockKind Kind)
{
    /// <summary>Every sub-block of a model, in the order of computation.</summary>
    public static IEnumerable<SubBlock> All(int depth) => Enumerable.Range(0, depth)
        .SelectMany(block => new[] { new SubBlock(block, SubBlockKind.Attention), new SubBlock(block, SubBlockKind.Mlp) });
}
