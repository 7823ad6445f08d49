namespace ReMem.Evaluation;

/// <summary>A class and how sure the model is of it.</summary>
/// <param name="Index">Class index.</param>
/// <param name="Label">Class name.</param>
/// <param name="Logit">The model's output.</param>
/// <param name="Probability">Its softmax, in [0, 1].</param>
public sealed record RankedClass(int Index, string Label, double Logit, double Probability);
