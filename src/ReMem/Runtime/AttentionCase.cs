using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>
/// softmax(q k' / sqrt(D)) v of one batch of heads, by the kernel that models use for it, forward and the gradients of q, k and v.
/// </summary>
/// <param name="Heads">Number of heads, over all images.</param>
/// <param name="Tokens">N.</param>
/// <param name="Width">D.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal sealed record AttentionCase(int Heads, int Tokens, int Width, bool Bf16 = false)
    : KernelCase($"attention of {Heads} heads, {Tokens} tokens, width {Width}, {(Bf16 ? "bf16" : "float32")}", Bf16)
{
    /// <inheritdoc/>
    protected override Func<double> Expect()
    {
        double[][] given = [.. Enumerable.Range(1, 4).Select(salt => KernelNumbers.Doubles(Heads * Tokens * Width, salt))];
        (double[] o, double[][] gradients) = Reference(given);
        return () =>
        {
            Tensor[] tensors = [.. given.Select(values => KernelNumbers.ToTensor(values, 1, Heads, Tokens, Width))];
            Tensor[] inputs = [.. tensors[..3].Select(t => (Bf16 ? t.to(ScalarType.BFloat16) : t).requires_grad_(true))];
            Tensor output = Compute(inputs);
            output.backward([tensors[3].to(output.dtype)]);
            double worst = Relative(Values(output), o);
            for (int i = 0; i < 3; i++)
                worst = Math.Max(worst, Relative(Values(inputs[i].grad!), gradients[i]));
            return worst;
        };
    }

    private Tensor Compute(Tensor[] inputs)
    {
        Tensor packed = stack(inputs, 2).permute(0, 3, 2, 1, 4).reshape(1, Tokens, 3 * Heads * Width);
        return AttentionProduct.Of(packed, Heads).view(1, Tokens, Heads, Width).transpose(1, 2);
    }

    private (double[] Output, double[][] Gradients) Reference(double[][] given)
    {
        (double[] q, double[] k, double[] v, double[] d) = (given[0], given[1], given[2], given[3]);
        double[] output = new double[q.Length];
        double[][] gradients = [new double[q.Length], new double[q.Length], new double[q.Length]];
        double scale = 1 / Math.Sqrt(Width);
        double[] share = new double[Tokens], toShare = new double[Tokens];
        for (int row = 0; row < Heads * Tokens; row++)
        {
            int head = row / Tokens * Tokens;
            for (int other = 0; other < Tokens; other++)
            {
                (share[other], toShare[other]) = (0, 0);
                for (int i = 0; i < Width; i++)
                {
                    share[other] += q[(row * Width) + i] * k[((head + other) * Width) + i] * scale;
                    toShare[other] += d[(row * Width) + i] * v[((head + other) * Width) + i];
                }
            }

            double largest = share.Max();
            for (int other = 0; other < Tokens; other++)
                share[other] = Math.Exp(share[other] - largest);
            double total = share.Sum();
            double mean = 0;
            for (int other = 0; other < Tokens; other++)
            {
                share[other] /= total;
                mean += share[other] * toShare[other];
            }

            for (int other = 0; other < Tokens; other++)
            {
                double toScore = share[other] * (toShare[other] - mean) * scale;
                for (int i = 0; i < Width; i++)
                {
                    int mine = (row * Width) + i, its = ((head + other) * Width) + i;
                    output[mine] += share[other] * v[its];
                    gradients[0][mine] += toScore * k[its];
                    gradients[1][its] += toScore * q[mine];
                    gradients[2][its] += share[other] * d[mine];
                }
            }
        }

        return (output, gradients);
    }
}
