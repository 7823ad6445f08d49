using ReMem.Distillation.Losses;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>
/// The layout of one image's outputs in a row of numbers: logits, pooled feature, tokens, attention; omitted outputs take no numbers.
/// </summary>
/// <param name="Classes">Logits.</param>
/// <param name="Features">Width of the pooled feature.</param>
/// <param name="Tokens">Tokens and their width.</param>
/// <param name="Attention">Kinds, heads, queries and keys.</param>
internal sealed record OutputLayout(int Classes, int Features, (int Count, int Width) Tokens, (int Kinds, int Heads, int Count) Attention)
{
    /// <summary>Distributions per image: of queries over keys, and of the values' relations.</summary>
    public const int AttentionKinds = 2;

    /// <summary>The numbers of a row.</summary>
    public long Width => Parts.Sum();

    private long[] Parts =>
        [Classes, Features, (long)Tokens.Count * Tokens.Width, (long)Attention.Kinds * Attention.Heads * Attention.Count * Attention.Count];

    /// <summary>The layout of a teacher's compared outputs.</summary>
    public static OutputLayout Of(ImageModel teacher, ComparedOutputs compared)
    {
        (int, int) tokens = compared.TokenGrid == 0
            ? default
            : (compared.TokenGrid * compared.TokenGrid, PatchTokens.ShapeOf(teacher, teacher.ImageSize).Width);
        (int, int, int) attention = compared.AttentionGrid == 0 ? default
            : (AttentionKinds, compared.HeadMean ? 1 : ((TransformerModel)teacher).Shape.Heads,
                (compared.ClassToken ? 1 : 0) + (compared.AttentionGrid * compared.AttentionGrid));
        return new OutputLayout(teacher.Options.NumClasses, compared.Features ? teacher.NumFeatures : 0, tokens, attention);
    }

    /// <summary>The rows of a batch [B, Width].</summary>
    public static Tensor Pack(BatchOutputs outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts =
            [.. new[] { outputs.Logits, outputs.Features, outputs.Tokens, outputs.Attention }.OfType<Tensor>().Select(t => t.flatten(1))];
        return (parts.Length == 1 ? parts[0] : cat(parts, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The outputs in rows [B, Width], as views of them.</summary>
    public BatchOutputs Unpack(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        long at = 0;
        Tensor?[] parts = [.. Parts.Select(width => width == 0 ? null : rows.narrow(1, (at += width) - width, width))];
        long count = rows.shape[0];
        return new BatchOutputs(parts[0]!.MoveToOuterDisposeScope(), parts[1]?.MoveToOuterDisposeScope())
        {
            Tokens = parts[2]?.reshape(count, Tokens.Count, Tokens.Width).MoveToOuterDisposeScope(),
            Attention = parts[3]?.reshape(count, Attention.Kinds, Attention.Heads, Attention.Count, Attention.Count)
                .MoveToOuterDisposeScope(),
        };
    }
}
