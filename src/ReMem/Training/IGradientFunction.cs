using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Leaves a gradient in <c>.grad</c>. It stands beside any optimiser rather than around one: clipping and the step come after it.</summary>
internal interface IGradientFunction
{
    /// <summary>What it keeps from step to step, by name, for checkpoints. Most keep nothing.</summary>
    IReadOnlyDictionary<string, Tensor> State => System.Collections.ObjectModel.ReadOnlyDictionary<string, Tensor>.Empty;

    /// <summary>Computes the gradient of a step's loss.</summary>
    /// <param name="step">The step's number in the whole training, from 0.</param>
    /// <param name="losses">Each builds a scalar from the present weights, and may be called more than once. The step's loss is their sum, so that a large batch can come in pieces.</param>
    GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses);
}
