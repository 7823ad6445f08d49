using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A linear layer, or a batched product of matrices, forward and both gradients.</summary>
/// <param name="Count">Matrices; 0 for a linear layer, which has one and a bias.</param>
/// <param name="Rows">M of [M, K] x [K, N].</param>
/// <param name="Inner">K.</param>
/// <param name="Columns">N.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal sealed record ProductCase(int Count, int Rows, int Inner, int Columns, bool Bf16 = false)
    : KernelCase($"{(Count == 0 ? "linear" : $"{Count} products")} [{Rows}, {Inner}] x [{Inner}, {Columns}], {(Bf16 ? "bf16" : "float32")}",
        Bf16)
{
    /// <inheritdoc/>
    protected override Func<double> Expect()
    {
        int count = Math.Max(1, Count);
        double[] a = KernelNumbers.Doubles(count * Rows * Inner, 1), b = KernelNumbers.Doubles(count * Columns * Inner, 2);
        double[] dc = KernelNumbers.Doubles(count * Rows * Columns, 3), bias = KernelNumbers.Doubles(Columns, 4);
        double[] u = KernelNumbers.Doubles(Columns, 5), v = KernelNumbers.Doubles(Inner, 6);
        // A linear layer is a 1x1 convolution of images of one pixel: the projections are the same.
        var reference = new ConvolutionReference(Rows, 1, 1, Inner, Columns, 1, 1, 0, 1);
        (double[] Product, double[] ToLeft, double[] ToRight)[] expected =
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                (double[] x, double[] w, double[] dy) = (Part(a, i, Rows * Inner), Part(b, i, Columns * Inner),
                    Part(dc, i, Rows * Columns));
                return (reference.Forward(x, w, u, Count == 0 ? bias : null), reference.InputGradient(dy, w, v),
                    reference.WeightGradient(x, dy, u));
            }),
        ];

        return () =>
        {
            if (Computed(count, a, b, dc, bias) is not { } computed)
                return double.PositiveInfinity;
            double worst = 0;
            for (int i = 0; i < count; i++)
            {
                double product = Relative(reference.Sums(Part(computed.Product, i, Rows * Columns), u), expected[i].Product);
                double left = Relative(reference.InputSums(Part(computed.ToLeft, i, Rows * Inner), v), expected[i].ToLeft);
                double right = Relative(reference.ProjectOutputs(Part(computed.ToRight, i, Columns * Inner), u), expected[i].ToRight);
                worst = Math.Max(worst, Math.Max(product, Math.Max(left, right)));
            }

            return worst;
        };
    }

    private static double[] Part(double[] all, int i, int length) => all.AsSpan(i * length, length).ToArray();

    /// <summary>libtorch's product and gradients; null where the product differs when it is computed again.</summary>
    private (double[] Product, double[] ToLeft, double[] ToRight)? Computed(int count, double[] a, double[] b, double[] dc, double[] bias)
    {
        Tensor left = KernelNumbers.ToTensor(a, count, Rows, Inner).requires_grad_(true);
        Tensor right = KernelNumbers.ToTensor(b, count, Columns, Inner).requires_grad_(true);
        Tensor added = KernelNumbers.ToTensor(bias, Columns);
        Tensor Compute() => Count == 0
            ? MatrixProduct.Linear(left.view(Rows, Inner), right.view(Columns, Inner), added)
            : left.matmul(right.transpose(1, 2));
        Tensor product = Compute();
        product.backward([KernelNumbers.ToTensor(dc, product.shape).to(product.dtype)]);
        using (no_grad())
        {
            using Tensor again = Compute();
            if (!Same(product, again))
                return null;
        }

        return (Values(product), Values(left.grad!), Values(right.grad!));
    }
}
