namespace ReMem.Evaluation;

/// <summary>An image's top classes, best first.</summary>
/// <param name="File">The image.</param>
/// <param name="Top">The classes.</param>
public sealed record Prediction(string File, IReadOnlyList<RankedClass> Top)
{
    /// <summary>The best class's name, or "unknown" where its probability is below <see cref="Predictor.MinProbability"/>.</summary>
    public string Answer { get; init; } = Top.Count > 0 ? Top[0].Label : Predictor.Unknown;
}
