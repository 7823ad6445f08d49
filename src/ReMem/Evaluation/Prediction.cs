namespace ReMem.Evaluation;

/// <summary>An image's best classes, best first.</summary>
/// <param name="File">The image.</param>
/// <param name="Top">The classes.</param>
public sealed record Prediction(string File, IReadOnlyList<RankedClass> Top)
{
    /// <summary>The best class's name, or "unknown" where the model is less sure than <see cref="Predictor.MinProbability"/>.</summary>
    public string Answer { get; init; } = Top.Count > 0 ? Top[0].Label : Predictor.Unknown;
}
