using ReMem.Runtime;

namespace ReMem.Distillation.Losses;

/// <summary>A term of the objective: everything that is known of it.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Description">What it compares and whose it is, for help and docs.</param>
/// <param name="Compute">The loss.</param>
/// <param name="Arguments">Its numbers, each with the value that it has where all are left out.</param>
internal sealed record LossTerm(string Name, string Description, LossFunction Compute, params IReadOnlyList<CallArgument> Arguments)
{
    /// <summary>Whether it compares pooled features, so that the teacher's have to be kept too.</summary>
    public bool NeedsFeatures { get; init; }

    /// <summary>Whether it compares them number by number, so that a narrower or wider student needs a projection.</summary>
    public bool NeedsSameWidth { get; init; }

    /// <summary>Whether it treats the label's class apart, which mixed images have no single one of.</summary>
    public bool NeedsLabels { get; init; }

    /// <summary>Whether it compares patch tokens position by position.</summary>
    public bool NeedsTokens { get; init; }

    /// <summary>Whether it compares what the last blocks attend to.</summary>
    public bool NeedsAttention { get; init; }

    /// <summary>Whether it compares more than logits, and so each of several teachers by itself.</summary>
    public bool ComparesFeatures => NeedsFeatures || NeedsTokens || NeedsAttention;
}
