using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench.Profile;

/// <summary>One kind of operator of a training step, to be run alone at the shapes that it has there.</summary>
/// <param name="Kind">Its row of the table.</param>
/// <param name="Calls">How many a step has.</param>
/// <param name="Inputs">Makes the inputs; those that require gradients get them.</param>
/// <param name="Run">The operator.</param>
/// <param name="Operations">Floating-point operations of one forward call; 0 where memory is the limit.</param>
/// <param name="Bytes">Bytes that one forward call has to read and write.</param>
internal sealed record OperatorWork(
    string Kind, int Calls, Func<Tensor[]> Inputs, Func<Tensor[], Tensor> Run, double Operations, double Bytes)
{
    /// <summary>A backward pass computes two products for each of the forward pass, and moves twice as much.</summary>
    private const int BackwardWork = 2;

    /// <summary>Shortest seconds of a forward and of a backward call.</summary>
    /// <param name="rounds">Calls of each, after one to warm up.</param>
    /// <param name="mixed">Under bf16 autocast.</param>
    public (double Forward, double Backward) Time(int rounds, bool mixed)
    {
        (double forward, double backward) = (double.PositiveInfinity, double.PositiveInfinity);
        using DisposeScope outer = NewDisposeScope();
        Tensor[] inputs = Inputs();
        for (int round = 0; round <= rounds; round++)
        {
            using DisposeScope scope = NewDisposeScope();
            var clock = new CostClock();
            Tensor output;
            using (mixed ? Runtime.Autocast.Enter(DeviceType.CPU) : null)
                output = Run(inputs);
            double first = clock.Elapsed.Wall;
            Tensor slope = ones_like(output);
            clock = new CostClock();
            output.backward([slope]);
            double second = clock.Elapsed.Wall;
            foreach (Tensor input in inputs.Where(i => i.requires_grad))
                input.grad = null;
            if (round > 0)
                (forward, backward) = (Math.Min(forward, first), Math.Min(backward, second));
        }

        return (forward, backward);
    }

    /// <summary>Seconds that the machine's fastest product and copy would need, forward and backward.</summary>
    public double Limit(double operationsPerSecond, double bytesPerSecond) =>
        (1 + BackwardWork) * (Operations > 0 ? Operations / operationsPerSecond : Bytes / bytesPerSecond);
}
