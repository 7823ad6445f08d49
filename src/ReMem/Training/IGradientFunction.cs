using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Computes a gradient into <c>.grad</c>. It is independent of the optimiser: clipping and the step come after it.</summary>
internal interface IGradientFunction
{
    /// <summary>Its state between steps, by name, for checkpoints. Usually empty.</summary>
    IReadOnlyDictionary<string, Tensor> State => System.Collections.ObjectModel.ReadOnlyDictionary<string, Tensor>.Empty;

    /// <summary>Computes the gradient of a step's loss.</summary>
    /// <param name="step">The step's number in the whole training, from 0.</param>
    /// <param name="losses">
    /// Each builds a scalar from the present weights, and may be called more than once. The step's loss is their sum, so that a large batch
    /// can be split into micro-batches.
    /// </param>
    GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses);
}
