using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The ordinary gradient.</summary>
internal sealed class PlainGradient(ParameterSet parameters) : IGradientFunction
{
    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        parameters.ZeroGradients();
        return new GradientResult(BackwardPass.Run(losses), null, GradientNorm.Of(parameters));
    }
}
