using System.ComponentModel.DataAnnotations;

namespace ReMem.Teachers;

/// <summary>What the methods mcmi and consistent take; they do nothing elsewhere.</summary>
internal sealed record PreparationOptions
{
    /// <summary>
    /// Weight of the conditional mutual information that mcmi raises (lambda of Ye 2024), above 0 to 10. Default 0.25.
    /// </summary>
    [Range(1e-6, 10)]
    public double Mcmi { get; init; } = 0.25;

    /// <summary>Epochs of mcmi's own training, which follows the fine-tuning at a tenth of its rate, 1 to 1000. Default 3.</summary>
    [Range(1, 1000)]
    public int McmiEpochs { get; init; } = 3;

    /// <summary>
    /// Weight of the squared distance between a teacher's probabilities for two views of an image, which consistent adds to the loss,
    /// 0 to 100. Default 1.
    /// </summary>
    [Range(0.0, 100)]
    public double Consistency { get; init; } = 1;

    /// <summary>
    /// Weight of the sum of the weight matrices' largest singular values, which consistent adds to the loss, 0 to 1. Default 1E-05.
    /// </summary>
    [Range(0.0, 1)]
    public double NormPenalty { get; init; } = 1e-5;
}
