namespace ReMem.Training;

/// <summary>The result of a gradient function.</summary>
/// <param name="Loss">The loss at the weights themselves, unless the function says otherwise.</param>
/// <param name="Rise">Rise of the loss at the perturbed weights (sharpness); null where it was not measured.</param>
/// <param name="GradientNorm">The global L2 norm of the gradient in <c>.grad</c>.</param>
internal readonly record struct GradientResult(double Loss, double? Rise, double GradientNorm)
{
    /// <summary>Whether a step may be taken.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}
