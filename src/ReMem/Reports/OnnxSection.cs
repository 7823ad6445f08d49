namespace ReMem.Reports;

/// <summary>The exported student against ONNX Runtime.</summary>
/// <param name="Path">The file, relative to the report; its name says so where it failed its check.</param>
/// <param name="Method">Whose student.</param>
/// <param name="Seed">Which repetition of it.</param>
/// <param name="LargestDifference">Of any logit, absolute.</param>
/// <param name="Top1Agreement">Share in [0, 1].</param>
/// <param name="Images">How many were compared.</param>
internal sealed record OnnxSection(string Path, string Method, int Seed, double LargestDifference, double Top1Agreement, int Images)
{
    /// <summary>The largest difference over the largest logit; null in a report of before it was noted.</summary>
    public double? RelativeDifference { get; init; }

    /// <summary>The relative difference that is allowed; null in a report of before it was noted.</summary>
    public double? Tolerance { get; init; }

    /// <summary>What the model itself scores on test when it is exported; null where it was not scored.</summary>
    public ExportedScores? ModelScores { get; init; }

    /// <summary>What the file scores on test, by ONNX Runtime's answers; null where it was not scored.</summary>
    public ExportedScores? FileScores { get; init; }

    /// <summary>Why the file must not be deployed, in a sentence; null where it passed its check.</summary>
    public string? Failure { get; init; }
}
