using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// One gradient function at every k-th step, from step 0 on, and another at the other steps: SAM every k steps, else plain ones.
/// </summary>
internal sealed class PeriodicGradient(int k, IGradientFunction every, IGradientFunction between) : IGradientFunction
{
    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses) => (step % k == 0 ? every : between).Compute(step, losses);
}
