using System.ComponentModel.DataAnnotations;
using ReMem.Distillation.Losses;
using ReMem.Models;

namespace ReMem.Distillation.Targets;

/// <summary>
/// The tokens and attention of a teacher that are kept, reduced to a grid that its student also has. A student with another grid, or other
/// heads, needs its own cache.
/// </summary>
/// <param name="TokenGrid">Side of the grid of tokens; 0 omits them.</param>
/// <param name="TokenWidth">Width of a token of the teacher.</param>
/// <param name="AttentionGrid">Side of the grid of the attention; 0 omits it.</param>
/// <param name="AttentionHeads">Number of heads, 1 where only their mean is kept.</param>
/// <param name="ClassToken">Whether the attention has the class token among its tokens.</param>
internal sealed record MapSpec(
    [property: Range(0, 4096)] int TokenGrid,
    [property: Range(0, 1 << 20)] int TokenWidth,
    [property: Range(0, 4096)] int AttentionGrid,
    [property: Range(0, 4096)] int AttentionHeads,
    bool ClassToken)
{
    /// <summary>Distributions per image: of queries over keys, and of the values' relations.</summary>
    private const int AttentionKinds = 2;

    private const string Where = "student.distillation.objective";

    /// <summary>Whether the attention is the mean over the heads, as where the models have different numbers of them.</summary>
    internal bool HeadMean => AttentionHeads == 1;

    /// <summary>Number and width of the tokens.</summary>
    internal (int Count, int Width) Tokens => (TokenGrid * TokenGrid, TokenWidth);

    /// <summary>Kinds, heads and tokens of the attention.</summary>
    internal (int Kinds, int Heads, int Count) Attention =>
        AttentionGrid == 0 ? default : (AttentionKinds, AttentionHeads, (ClassToken ? 1 : 0) + (AttentionGrid * AttentionGrid));

    /// <summary>The tokens and attention of a teacher that an objective needs for a student; null where it needs neither.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="student">The student, on views of that size; null is allowed where the objective compares no maps.</param>
    /// <param name="size">Side of the student's full views, pixels.</param>
    /// <param name="teacher">The teacher, on views of its own size.</param>
    /// <exception cref="InputException">The models have no outputs that can be matched.</exception>
    internal static MapSpec? Of(DistillationObjective objective, ImageModel? student, int size, ImageModel teacher)
    {
        if (!objective.NeedsMaps)
            return null;
        ArgumentNullException.ThrowIfNull(student);
        (int Grid, int Width) tokens = default;
        if (objective.NeedsTokens)
        {
            int own = PatchTokens.ShapeOf(student, size).Grid;
            tokens = PatchTokens.ShapeOf(teacher, teacher.ImageSize);
            tokens.Grid = Math.Min(own, tokens.Grid);
        }

        if (!objective.NeedsAttention)
            return new MapSpec(tokens.Grid, tokens.Width, 0, 0, false);
        (TransformerModel s, TransformerModel t) = (Transformer(student), Transformer(teacher));
        return new MapSpec(tokens.Grid, tokens.Width, Math.Min(s.Grid, t.Grid), s.Shape.Heads == t.Shape.Heads ? t.Shape.Heads : 1,
            s.Shape.ClassToken && t.Shape.ClassToken);
    }

    /// <summary>Throws for models without attention where the objective compares it.</summary>
    /// <exception cref="InputException">One of them has no attention.</exception>
    internal static void Require(DistillationObjective objective, params string[] models)
    {
        if (objective.NeedsAttention && models.FirstOrDefault(name => ModelCatalogue.ShapeOf(name) is null) is { } other)
            throw NoAttention(other);
    }

    /// <summary>A model whose attention is compared.</summary>
    /// <exception cref="InputException">It has no attention.</exception>
    internal static TransformerModel Transformer(ImageModel model) => model as TransformerModel ?? throw NoAttention(model.Info.Name);

    /// <summary>Whether a cache of these also has those that are needed.</summary>
    internal bool Serves(MapSpec needed) =>
        (needed.TokenGrid == 0 || Tokens == needed.Tokens)
            && (needed.AttentionGrid == 0 || (Attention == needed.Attention && AttentionGrid == needed.AttentionGrid));

    private static InputException NoAttention(string model) => new(
        $"The objective compares the attention of two vision transformers, and '{model}' has none.", Where,
        "Use tokens, which compares maps of any two models.");
}
