namespace ReMem.Inference;

/// <summary>A class with its probability.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Index">Its index in the classifier's labels.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record ClassProbability(string Label, int Index, float Probability);
