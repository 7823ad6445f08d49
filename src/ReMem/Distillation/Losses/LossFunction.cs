using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>A loss between what a student and its teacher say of a batch.</summary>
/// <param name="student">With gradient.</param>
/// <param name="teacher">Without.</param>
/// <param name="labels">int64 [B].</param>
/// <param name="temperature">Softens both, where the loss has a temperature.</param>
/// <param name="arguments">The term's numbers.</param>
/// <returns>A scalar, the mean over the batch.</returns>
internal delegate Tensor LossFunction(BatchOutputs student, BatchOutputs teacher, Tensor labels, double temperature,
    IReadOnlyList<double> arguments);
