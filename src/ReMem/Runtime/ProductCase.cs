using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A linear layer, or a batched product of matrices, forward and both gradients.</summary>
/// <param name="Count">Matrices; 0 for a linear layer, which has one and a bias.</param>
/// <param name="Rows">M of [M, K] x [K, N].</param>
/// <param name="Inner">K.</param>
/// <param name="Columns">N.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal sealed record ProductCase(int Count, int Rows, int Inner, int Columns, bool Bf16 = false)
    : KernelCase($"{(Count == 0 ? "linear" : $"{Count} products")} [{Rows}, {Inner}] x [{Inner}, {Columns}], {(Bf16 ? "bf16" : "float32")}", Bf16)
{
    /// <inheritdoc/>
    protected override double Compare()
    {
        int count = Math.Max(1, Count);
        double[] a = KernelNumbers.Doubles(count * Rows * Inner, 1), b = KernelNumbers.Doubles(count * Columns * Inner, 2), dc = KernelNumbers.Doubles(count * Rows * Columns, 3);
        double[] bias = KernelNumbers.Doubles(Columns, 4);
        Tensor left = KernelNumbers.ToTensor(a, count, Rows, Inner).requires_grad_(true), right = KernelNumbers.ToTensor(b, count, Columns, Inner).requires_grad_(true);
        Tensor added = KernelNumbers.ToTensor(bias, Columns);
        Tensor Compute() => Count == 0 ? nn.functional.linear(left.view(Rows, Inner), right.view(Columns, Inner), added) : left.matmul(right.transpose(1, 2));
        Tensor product = Compute();
        product.backward([KernelNumbers.ToTensor(dc, product.shape).to(product.dtype)]);
        using (no_grad())
        {
            using Tensor again = Compute();
            if (!Same(product, again))
                return double.PositiveInfinity;
        }

        double[] c = Values(product), da = Values(left.grad!), db = Values(right.grad!);
        double[] u = KernelNumbers.Doubles(Columns, 5), v = KernelNumbers.Doubles(Inner, 6);
        double worst = 0;
        for (int i = 0; i < count; i++)
        {
            // A linear layer of one pixel an image is a 1x1 convolution: the projections are the same.
            var reference = new ConvolutionReference(Rows, 1, 1, Inner, Columns, 1, 1, 0, 1);
            double[] Part(double[] all, int rows, int columns) => all.AsSpan(i * rows * columns, rows * columns).ToArray();
            (double[] x, double[] w, double[] dy) = (Part(a, Rows, Inner), Part(b, Columns, Inner), Part(dc, Rows, Columns));
            double forward = Relative(reference.Sums(Part(c, Rows, Columns), u), reference.Forward(x, w, u, Count == 0 ? bias : null));
            double toLeft = Relative(reference.InputSums(Part(da, Rows, Inner), v), reference.InputGradient(dy, w, v));
            double toRight = Relative(reference.ProjectOutputs(Part(db, Columns, Inner), u), reference.WeightGradient(x, dy, u));
            worst = Math.Max(worst, Math.Max(forward, Math.Max(toLeft, toRight)));
        }

        return worst;
    }
}
