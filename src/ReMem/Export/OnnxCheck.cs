using ReMem.Evaluation;

namespace ReMem.Export;

/// <summary>An ONNX file against the model it came from.</summary>
/// <param name="LargestDifference">Of any output, absolute; NaN where an output is no number, or the file cannot be run.</param>
/// <param name="RelativeDifference">The largest difference over the largest output.</param>
/// <param name="Tolerance">The relative difference that is allowed for the file's form.</param>
/// <param name="Top1Agreement">Share of inputs with the same best class, in [0, 1].</param>
/// <param name="Images">How many inputs were compared.</param>
internal sealed record OnnxCheck(double LargestDifference, double RelativeDifference, double Tolerance, double Top1Agreement, int Images)
{
    /// <summary>The model's scores, computed here and now; null where the inputs have no labels, or an output is no number.</summary>
    public ClassificationMetrics? Model { get; init; }

    /// <summary>The file's scores, of what ONNX Runtime answers; null where the inputs have no labels, or an output is no number.</summary>
    public ClassificationMetrics? File { get; init; }

    /// <summary>The model's top-1 on the same images as it was measured before, say on another machine; null where it was not.</summary>
    public double? ReportedTop1 { get; init; }

    /// <summary>The share of images whose two best classes are within the tolerance, by which top-1 may differ; 0 where unknown.</summary>
    public double NearTies { get; init; }

    /// <summary>Why ONNX Runtime did not answer; null where it did.</summary>
    public string? Error { get; init; }

    /// <summary>What is wrong with the file, in a sentence; null where it does as the model.</summary>
    public string? Failure
    {
        get
        {
            if (Error is not null)
                return Error;
            if (!(RelativeDifference <= Tolerance))
            {
                string by = double.IsFinite(RelativeDifference)
                    ? FormattableString.Invariant($"by {RelativeDifference:0.0e+0} of the largest output")
                    : "by numbers that are not finite";
                string agreement = FormattableString.Invariant($"top-1 agreement {100 * Top1Agreement:0.0} % on {Images} images");
                return FormattableString.Invariant($"The ONNX file differs from the model {by}; {Tolerance:0e+0} is allowed ({agreement}).");
            }

            // Half an image more, for the rounding of shares.
            if (ReportedTop1 is not { } reported || File is null || Math.Abs(reported - File.Top1) <= NearTies + (0.5 / Images))
                return null;
            string scores = FormattableString.Invariant($"reaches {100 * File.Top1:0.0} % top-1, but the model was measured at {100 * reported:0.0} %");
            return FormattableString.Invariant($"The ONNX file {scores} on the same {Images} images; {100 * NearTies:0.0} % are near enough to a tie to differ.");
        }
    }

    /// <summary>Whether the file does as the model, within <see cref="Tolerance"/>.</summary>
    public bool Agrees => Failure is null;
}
