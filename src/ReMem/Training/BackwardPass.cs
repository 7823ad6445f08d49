using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Forward and backward through all pieces of a step.</summary>
internal static class BackwardPass
{
    /// <summary>Adds every piece's gradient to what stands in <c>.grad</c>; a piece's graph is gone before the next is built.</summary>
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
