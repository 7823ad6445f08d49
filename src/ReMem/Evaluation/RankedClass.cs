namespace ReMem.Evaluation;

/// <summary>A class and its predicted probability.</summary>
/// <param name="Index">Class index.</param>
/// <param name="Label">Class name.</param>
/// <param name="Logit">Its logit.</param>
/// <param name="Probability">Its softmax, in [0, 1].</param>
public sealed record RankedClass(int Index, string Label, double Logit, double Probability);
