namespace ReMem.Evaluation;

/// <summary>The outcome of one image.</summary>
/// <param name="File">Its name as given.</param>
/// <param name="Prediction">Its classes; null where it cannot be used.</param>
/// <param name="Fault">Why it cannot be used; null where it can.</param>
public sealed record PredictionOutcome(string File, Prediction? Prediction, InputException? Fault);
