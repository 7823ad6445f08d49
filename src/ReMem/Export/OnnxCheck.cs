using ReMem.Evaluation;

namespace ReMem.Export;

/// <summary>Comparison of an ONNX file with its model.</summary>
/// <param name="LargestDifference">
/// Largest absolute difference of an output; NaN where an output is not finite, or the file cannot be run.
/// </param>
/// <param name="RelativeDifference">The largest difference divided by the largest output.</param>
/// <param name="Tolerance">The allowed relative difference for the file's format.</param>
/// <param name="Top1Agreement">Share of inputs with the same best class, in [0, 1].</param>
/// <param name="Images">Number of compared inputs.</param>
internal sealed record OnnxCheck(double LargestDifference, double RelativeDifference, double Tolerance, double Top1Agreement, int Images)
{
    /// <summary>The model's scores, computed here and now; null where the inputs have no labels, or an output is not finite.</summary>
    public ClassificationMetrics? Model { get; init; }

    /// <summary>The file's scores, from ONNX Runtime's outputs; null where the inputs have no labels, or an output is not finite.</summary>
    public ClassificationMetrics? File { get; init; }

    /// <summary>The model's top-1 on the same images as measured before, perhaps on another machine; null where it was not.</summary>
    public double? ReportedTop1 { get; init; }

    /// <summary>The share of images whose top two classes are within the tolerance: top-1 may differ by this; 0 where unknown.</summary>
    public double NearTies { get; init; }

    /// <summary>Why ONNX Runtime failed; null where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>What is wrong with the file, in a sentence; null where it agrees with the model.</summary>
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
                return FormattableString.Invariant(
                    $"The ONNX file differs from the model {by}; {Tolerance:0e+0} is allowed ({agreement}).");
            }

            // Half an image more, for the rounding of shares.
            if (ReportedTop1 is not { } reported || File is null || Math.Abs(reported - File.Top1) <= NearTies + (0.5 / Images))
                return null;
            string scores =
                FormattableString.Invariant($"reaches {100 * File.Top1:0.0} % top-1, but the model was measured at {100 * reported:0.0} %");
            return FormattableString.Invariant(
                $"The ONNX file {scores} on the same {Images} images; {100 * NearTies:0.0} % are near enough to a tie to differ.");
        }
    }

    /// <summary>Whether the file agrees with the model within <see cref="Tolerance"/>.</summary>
    public bool Agrees => Failure is null;
}
