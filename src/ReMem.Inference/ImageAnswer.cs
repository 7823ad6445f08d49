namespace ReMem.Inference;

/// <summary>What a classifier says of an image.</summary>
/// <param name="Classes">The most probable classes, best first.</param>
/// <param name="IsSure">Whether the best class reaches the least probability that was asked for.</param>
public sealed record ImageAnswer(IReadOnlyList<ClassProbability> Classes, bool IsSure)
{
    /// <summary>The answer where the best class is not probable enough, as 'remem predict' gives it.</summary>
    public const string Unknown = "unknown";

    /// <summary>The best class's name, or <see cref="Unknown"/>.</summary>
    public string Label => IsSure ? Classes[0].Label : Unknown;

    /// <summary>The best class's probability, 0 to 1.</summary>
    public float Probability => Classes[0].Probability;
}
