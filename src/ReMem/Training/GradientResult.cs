namespace ReMem.Training;

/// <summary>What a gradient function found.</summary>
/// <param name="Loss">The loss at the weights themselves, unless the function says otherwise.</param>
/// <param name="Rise">How much the loss rises at the perturbed weights (sharpness); null where that was not measured.</param>
/// <param name="GradientNorm">The global L2 norm of the gradient that stands in <c>.grad</c>.</param>
internal readonly record struct GradientResult(double Loss, double? Rise, double GradientNorm)
{
    /// <summary>Whether a step may be taken.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}
