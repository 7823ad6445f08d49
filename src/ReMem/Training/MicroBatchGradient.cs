using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Applies another gradient function to each micro-batch of a step and sums the gradients. With SAM that is m-sharpness (Foret 2021): each
/// micro-batch perturbs the weights by its own gradient, as in data-parallel training.
/// </summary>
internal sealed class MicroBatchGradient(ParameterSet parameters, IGradientFunction inner) : IGradientFunction
{
    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        if (losses.Count == 1)
            return inner.Compute(step, losses);
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        double loss = 0;
        double? rise = null;
        foreach (Func<Tensor> piece in losses)
        {
            GradientResult result = inner.Compute(step, [piece]);
            if (!result.IsFinite)
                return result;
            loss += result.Loss;
            rise = result.Rise is null ? rise : (rise ?? 0) + result.Rise;
            sum = sum is null ? parameters.Gradients() : Runtime.TensorMath.PlusInPlace(sum, parameters.LiveGradients);
        }

        parameters.SetGradients(sum!);
        return new GradientResult(loss, rise, GradientNorm.Of(parameters));
    }
}
