using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using ReMem.Distillation.Losses;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>
/// The outputs of a teacher that are kept: logits, and what an objective compares besides them, in a form that its student also has. A row
/// of numbers holds them in the order logits, pooled feature, tokens, attention; omitted outputs take no numbers.
/// </summary>
/// <param name="Classes">Logits of the teacher.</param>
/// <param name="Features">Width of the teacher's pooled feature; 0 omits it.</param>
/// <param name="TopK">
/// Number of the largest logits that a cache stores with their classes and the mass of the rest, 0 to 65535; 0 stores all.
/// </param>
/// <param name="Maps">The tokens and attention, which are large; null omits both.</param>
internal sealed record TargetSpec(
    int Classes,
    int Features = 0,
    [property: Range(0, TargetSpec.MaxClassesOfTopK - 1)] int TopK = 0,
    MapSpec? Maps = null)
{
    /// <summary>The maximal number of classes of a 16-bit index.</summary>
    public const int MaxClassesOfTopK = ushort.MaxValue + 1;

    /// <summary>Whether outputs by spatial position are kept.</summary>
    public bool HasMaps => Maps is { TokenGrid: > 0 } or { AttentionGrid: > 0 };

    /// <summary>The numbers of a row with all logits.</summary>
    public long Width => Parts.Sum();

    private (int Count, int Width) Tokens => Maps?.Tokens ?? default;

    private (int Kinds, int Heads, int Count) Attention => Maps?.Attention ?? default;

    private long[] Parts =>
        [Classes, Features, (long)Tokens.Count * Tokens.Width, (long)Attention.Kinds * Attention.Heads * Attention.Count * Attention.Count];

    /// <summary>The outputs of a teacher that an objective needs for a student.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="student">The student, on views of that size; null is allowed where the objective compares no maps.</param>
    /// <param name="size">Side of the student's full views, pixels.</param>
    /// <param name="teacher">The teacher, on views of its own size.</param>
    /// <param name="topK">Number of stored logits, 0 to 65535; 0 stores all, and so does the number of classes or more.</param>
    /// <exception cref="InputException">The models have no outputs that can be matched, or a number is out of range.</exception>
    public static TargetSpec Of(DistillationObjective objective, ImageModel? student, int size, ImageModel teacher, int topK = 0)
    {
        var spec = new TargetSpec(teacher.Options.NumClasses, objective.NeedsFeatures ? teacher.NumFeatures : 0, topK,
            MapSpec.Of(objective, student, size, teacher));
        spec.RequireValid();
        return spec.TopK < spec.Classes ? spec : spec with { TopK = 0 };
    }

    /// <summary>Throws for numbers out of range.</summary>
    /// <exception cref="InputException">A number is out of range, or the teacher has too many classes for the top k.</exception>
    public void RequireValid()
    {
        const string Owner = "teacher cache";
        DataOptions.Validate(this, Owner);
        if (Maps is not null)
            DataOptions.Validate(Maps, Owner);
        if (TopK > 0 && TopK < Classes && Classes > MaxClassesOfTopK)
            throw new InputException(
                $"A top-k cache distinguishes {MaxClassesOfTopK} classes, and the teacher has {Classes}.",
                "student.distillation.cache_top_k", "Keep all logits: 0.");
    }

    /// <summary>Whether a cache of these outputs also has those that are needed.</summary>
    /// <param name="needed">The needed outputs.</param>
    /// <param name="lack">Why it has not, as a clause; null where it has.</param>
    public bool Serves(TargetSpec needed, [NotNullWhen(false)] out string? lack)
    {
        lack = needed.Classes != Classes ? $"it has {Classes} classes, and {needed.Classes} are needed"
            : needed.TopK != TopK ? $"it stores {Stored(TopK)}, and {Stored(needed.TopK)} are needed"
            : needed.Features > 0 && needed.Features != Features ? "it stores no pooled features, which the objective needs"
            : needed.Maps is { } maps && Maps?.Serves(maps) != true ? Maps is null
                ? "it stores no tokens and no attention, which the objective needs"
                : "it stores tokens or attention for another objective or student"
            : null;
        return lack is null;
    }

    /// <summary>Reduces outputs to these; the rest is disposed.</summary>
    public BatchOutputs Select(BatchOutputs outputs)
    {
        Tensor? Selected(Tensor? part, bool wanted)
        {
            if (wanted)
                return part;
            part?.Dispose();
            return null;
        }

        return new BatchOutputs(outputs.Logits, Selected(outputs.Features, Features > 0))
        {
            Tokens = Selected(outputs.Tokens, Maps is { TokenGrid: > 0 }),
            Attention = Selected(outputs.Attention, Maps is { AttentionGrid: > 0 }),
        };
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

    private static string Stored(int top) => top == 0 ? "all logits" : $"the top {top} logits";
}
