using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Forward and backward passes of all micro-batches of a step.</summary>
internal static class BackwardPass
{
    /// <summary>Adds every micro-batch's gradient to <c>.grad</c>; its graph is freed before the next is built.</summary>
    /// <returns>The sum of the losses.</returns>
    public static double Run(IReadOnlyList<Func<Tensor>> losses)
    {
        double sum = 0;
        foreach (Func<Tensor> loss in losses)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = loss();
            value.backward();
            sum += value.to(ScalarType.Float64).item<double>();
        }

        return sum;
    }
}
