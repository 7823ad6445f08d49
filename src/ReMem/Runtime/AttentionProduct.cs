using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>
/// Self-attention by oneDNN's products, a few images at a time: libtorch's fused kernel calls MKL for each head, and takes more than twice
/// as long where that is slow. Only those images' scores are in memory; the backward pass computes them again.
/// </summary>
internal static class AttentionProduct
{
    /// <summary>Of one chunk's scores: they are read and written several times, and stay in the caches.</summary>
    private const long ChunkBytes = 2 << 20;

    /// <summary>Whether attention over these tokens is computed so.</summary>
    /// <remarks>Under bf16 autocast too: the products are float32's, and exceed the fused kernel's speed still.</remarks>
    public static bool Serves(Tensor packed) =>
        KernelPath<ProductKernel>.Current == ProductKernel.OneDnn && packed.device_type == DeviceType.CPU && packed.numel() > 0
        && packed.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>softmax(q k' / sqrt(d)) v, with gradients.</summary>
    /// <param name="packed">Queries, keys and values [B, N, 3 H d], as a block's one linear layer gives them.</param>
    /// <param name="heads">H.</param>
    /// <returns>[B, N, H d], contiguous, of the input's type.</returns>
    public static Tensor Of(Tensor packed, int heads)
    {
        // Autocast would make the softmax's and the products' types other ones.
        using IDisposable? exact = Autocast.Suspend(DeviceType.CPU);
        return is_grad_enabled() && packed.requires_grad ? Function.Run(packed, heads) : Forward(packed, heads);
    }

    private static Tensor Forward(Tensor packed, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = packed.shape[0], tokens = packed.shape[1], width = packed.shape[2] / (3 * heads);
        Tensor parts = packed.view(batch, tokens, 3, heads, width);
        Tensor result = empty([batch, tokens, heads, width], dtype: packed.dtype);
        foreach ((long first, long count) in Chunks(batch, heads, tokens))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor scores = Shares(parts, first, count, out _, out _);
            Tensor mixed = empty(scores.shape[0], tokens, width);
            OneDnnMatmul.Multiply(scores, Part(parts, first, count, 2), mixed);
            result.narrow(0, first, count).transpose(1, 2).copy_(mixed.view(count, heads, tokens, width));
        }

        return result.view(batch, tokens, heads * width).MoveToOuterDisposeScope();
    }

    private static Tensor Backward(Tensor packed, Tensor output, Tensor slope, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = packed.shape[0], tokens = packed.shape[1], width = packed.shape[2] / (3 * heads);
        Tensor parts = packed.view(batch, tokens, 3, heads, width);
        Tensor outputs = output.view(batch, tokens, 1, heads, width);
        Tensor slopes = slope.contiguous().view(batch, tokens, 1, heads, width);
        Tensor result = empty([batch, tokens, 3, heads, width], dtype: packed.dtype);
        using Scalar scale = 1 / Math.Sqrt(width);
        foreach ((long first, long count) in Chunks(batch, heads, tokens))
        {
            using DisposeScope chunk = NewDisposeScope();
            void Give(int part, Tensor gradient) => result.narrow(0, first, count).select(2, part).transpose(1, 2)
                .copy_(gradient.view(count, heads, tokens, width));
            Tensor Product(Tensor a, Tensor b)
            {
                Tensor product = empty(a.shape[0], a.shape[1], b.shape[2]);
                OneDnnMatmul.Multiply(a, b, product);
                return product;
            }

            Tensor shares = Shares(parts, first, count, out Tensor queries, out Tensor keys);
            Tensor toMixed = Part(slopes, first, count, 0);
            Give(2, Product(shares.transpose(1, 2), toMixed));

            // The softmax's gradient: its mean under the shares is that of the output and its slope, which are smaller.
            Tensor mean = (toMixed * Part(outputs, first, count, 0)).sum([-1L], keepdim: true);
            Tensor toScores = Product(toMixed, Part(parts, first, count, 2).transpose(1, 2)).sub_(mean).mul_(shares);
            Give(0, Product(toScores, keys).mul_(scale));
            Give(1, Product(toScores.transpose(1, 2), queries));
        }

        return result.view(packed.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The attention shares of some images' heads, [count H, N, N], with the scaled queries and the keys [count H, N, d].</summary>
    private static Tensor Shares(Tensor parts, long first, long count, out Tensor queries, out Tensor keys)
    {
        using Scalar scale = 1 / Math.Sqrt(parts.shape[4]);
        queries = Part(parts, first, count, 0) * scale;
        keys = Part(parts, first, count, 1);
        Tensor scores = empty(queries.shape[0], queries.shape[1], queries.shape[1]);
        OneDnnMatmul.Multiply(queries, keys.transpose(1, 2), scores);
        return scores.softmax(-1);
    }

    /// <summary>Queries, keys or values of some images, [count H, N, d] in float32.</summary>
    private static Tensor Part(Tensor parts, long first, long count, int part) =>
        parts.narrow(0, first, count).select(2, part).transpose(1, 2).to(ScalarType.Float32)
            .reshape(count * parts.shape[3], parts.shape[1], parts.shape[4]);

    private static IEnumerable<(long First, long Count)> Chunks(long batch, long heads, long tokens)
    {
        long size = Math.Max(1, ChunkBytes / (sizeof(float) * heads * tokens * tokens));
        for (long first = 0; first < batch; first += size)
            yield return (first, Math.Min(size, batch - first));
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        /// <inheritdoc/>
        public override string Name => nameof(AttentionProduct);

        public static Tensor Run(Tensor packed, int heads) => apply(packed, heads);

        /// <inheritdoc/>
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (packed, heads) = ((Tensor)vars[0], (int)vars[1]);
            Tensor output = Forward(packed, heads);
            ctx.save_for_backward([packed, output]);
            ctx.save_data("heads", heads);
            return output;
        }

        /// <inheritdoc/>
        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable? exact = Autocast.Suspend(DeviceType.CPU);
            List<Tensor> saved = ctx.get_saved_variables();
            return [Backward(saved[0], saved[1], grad_output, (int)ctx.get_data("heads")).MoveToOuterDisposeScope(), null!];
        }
    }
}
