using System.ComponentModel.DataAnnotations;
using ReMem.Distillation.Targets;
using ReMem.Models;

namespace ReMem.Distillation.Cache;

/// <summary>
/// A teacher's tokens and attention in a cache, reduced to a grid that its student also has. A student with another grid, or other heads,
/// needs its own cache.
/// </summary>
/// <param name="TokenGrid">Side of the grid of tokens; 0 stores none.</param>
/// <param name="TokenWidth">Width of a token.</param>
/// <param name="AttentionGrid">Side of the grid of the attention; 0 stores none.</param>
/// <param name="AttentionHeads">Number of heads, 1 where only their mean is stored.</param>
/// <param name="ClassToken">Whether the attention has the class token among its tokens.</param>
internal sealed record TeacherCacheMaps(
    [property: Range(0, 4096)] int TokenGrid,
    [property: Range(0, 1 << 20)] int TokenWidth,
    [property: Range(0, 4096)] int AttentionGrid,
    [property: Range(0, 4096)] int AttentionHeads,
    bool ClassToken)
{
    /// <summary>Tokens and their width, as in <see cref="OutputLayout"/>.</summary>
    internal (int Count, int Width) Tokens => (TokenGrid * TokenGrid, TokenWidth);

    /// <summary>Kinds, heads and tokens of the attention.</summary>
    internal (int Kinds, int Heads, int Count) Attention =>
        AttentionGrid == 0 ? default : (OutputLayout.AttentionKinds, AttentionHeads,
            (ClassToken ? 1 : 0) + (AttentionGrid * AttentionGrid));

    /// <summary>The tokens and attention to store for a comparison; null where none are compared.</summary>
    internal static TeacherCacheMaps? Of(ImageModel teacher, ComparedOutputs compared)
    {
        if (!compared.HasMaps)
            return null;
        var layout = OutputLayout.Of(teacher, compared);
        return new TeacherCacheMaps(compared.TokenGrid, layout.Tokens.Width, compared.AttentionGrid, layout.Attention.Heads,
            compared.ClassToken);
    }

    /// <summary>Whether a cache with these also fits a comparison that needs others.</summary>
    internal bool Serves(TeacherCacheMaps wanted) =>
        (wanted.TokenGrid == 0 || Tokens == wanted.Tokens)
            && (wanted.AttentionGrid == 0 || (Attention == wanted.Attention && AttentionGrid == wanted.AttentionGrid));
}
