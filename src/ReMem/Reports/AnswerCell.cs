namespace ReMem.Reports;

/// <summary>A cell of a confusion matrix that is not empty.</summary>
/// <param name="Label">Index of the class that images are labelled with.</param>
/// <param name="Answer">Index of the class that the model answers.</param>
/// <param name="Count">Images.</param>
internal sealed record AnswerCell(int Label, int Answer, int Count);
