using System.ComponentModel.DataAnnotations;
using ReMem.Distillation.Targets;
using ReMem.Models;

namespace ReMem.Distillation.Cache;

/// <summary>
/// What a cache keeps of a teacher's places, brought to a grid that its student has, too. A student of another grid, or of other heads, needs a cache of its own.
/// </summary>
/// <param name="TokenGrid">Side of the grid of tokens; 0 keeps none.</param>
/// <param name="TokenWidth">Numbers of a token.</param>
/// <param name="AttentionGrid">Side of the grid that attention is between; 0 keeps none.</param>
/// <param name="AttentionHeads">Heads, 1 where only their mean is kept.</param>
/// <param name="ClassToken">Whether the attention has the class token among its tokens.</param>
internal sealed record TeacherCacheMaps(
    [property: Range(0, 4096)] int TokenGrid,
    [property: Range(0, 1 << 20)] int TokenWidth,
    [property: Range(0, 4096)] int AttentionGrid,
    [property: Range(0, 4096)] int AttentionHeads,
    bool ClassToken)
{
    /// <summary>Tokens and their width, as an <see cref="OutputLayout"/> has them.</summary>
    internal (int Count, int Width) Tokens => (TokenGrid * TokenGrid, TokenWidth);

    /// <summary>Kinds, heads and tokens of the attention.</summary>
    internal (int Kinds, int Heads, int Count) Attention =>
        AttentionGrid == 0 ? default : (OutputLayout.AttentionKinds, AttentionHeads, (ClassToken ? 1 : 0) + (AttentionGrid * AttentionGrid));

    /// <summary>What is kept of a teacher where that is compared; null where no places are.</summary>
    internal static TeacherCacheMaps? Of(ImageModel teacher, ComparedOutputs compared)
    {
        if (!compared.HasMaps)
            return null;
        var layout = OutputLayout.Of(teacher, compared);
        return new TeacherCacheMaps(compared.TokenGrid, layout.Tokens.Width, compared.AttentionGrid, layout.Attention.Heads, compared.ClassToken);
    }

    /// <summary>Whether a cache of these serves who needs others.</summary>
    internal bool Serves(TeacherCacheMaps wanted) =>
        (wanted.TokenGrid == 0 || Tokens == wanted.Tokens) && (wanted.AttentionGrid == 0 || (Attention == wanted.Attention && AttentionGrid == wanted.AttentionGrid));
}
