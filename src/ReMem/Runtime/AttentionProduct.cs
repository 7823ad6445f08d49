using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>
/// Self-attention by oneDNN's products, a few images at a time: libtorch's fused kernel calls MKL for each head, and takes more than twice
/// as long where that is slow. Only those images' scores are in memory; the backward pass computes them again.
/// </summary>
internal static class AttentionProduct
{
    /// <summary>Of one chunk's scores. Smaller ones take longer: products of few images do not fill two cores.</summary>
    private const long ChunkBytes = 8 << 20;

    /// <summary>softmax(q k' / sqrt(d)) v, with gradients, by oneDNN's products where they are chosen, else by libtorch's kernel.</summary>
    /// <param name="packed">Queries, keys and values [B, N, 3 H d], as a block's one linear layer gives them.</param>
    /// <param name="heads">H.</param>
    /// <returns>[B, N, H d], contiguous, of the input's type.</returns>
    /// <remarks>Under bf16 autocast too: the products are float32's, and exceed the fused kernel's speed still.</remarks>
    public static Tensor Of(Tensor packed, int heads)
    {
        if (!OneDnnMatmul.IsChosenFor(packed) || packed.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
            return Fused(packed, heads);

        // Autocast would make the softmax's and the products' types other ones.
        using IDisposable? exact = Autocast.Suspend(DeviceType.CPU);
        return is_grad_enabled() && packed.requires_grad ? Function.Run(packed, heads) : Forward(packed, heads);
    }

    /// <summary>Views of queries, keys and values, [3, B, H, N, d].</summary>
    public static Tensor Split(Tensor packed, int heads) =>
        packed.view(packed.shape[0], packed.shape[1], 3, heads, packed.shape[2] / (3 * heads)).permute(2, 0, 3, 1, 4);

    private static Tensor Fused(Tensor packed, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parts = Split(packed, heads);
        return nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2)
            .reshape(packed.shape[0], packed.shape[1], packed.shape[2] / 3).MoveToOuterDisposeScope();
    }

    private static Tensor Forward(Tensor packed, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        (long batch, long tokens, long width) = (packed.shape[0], packed.shape[1], packed.shape[2] / (3 * heads));
        Tensor result = empty([batch, tokens, 1, heads, width], dtype: packed.dtype);
        foreach ((long first, long count) in Chunks(batch, heads, tokens))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor[] parts = Parts(packed.view(batch, tokens, 3, heads, width), first, count);
            Tensor mixed = empty_like(parts[2]);
            OneDnnMatmul.Multiply(Shares(parts), parts[2], mixed);
            Target(result, first, count).copy_(mixed.view(1, count, heads, tokens, width));
        }

        return result.view(batch, tokens, heads * width).MoveToOuterDisposeScope();
    }

    private static Tensor Backward(Tensor packed, Tensor output, Tensor slope, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        (long batch, long tokens, long width) = (packed.shape[0], packed.shape[1], packed.shape[2] / (3 * heads));
        Tensor outputs = output.view(batch, tokens, 1, heads, width);
        Tensor slopes = slope.contiguous().view(batch, tokens, 1, heads, width);
        Tensor result = empty([batch, tokens, 3, heads, width], dtype: packed.dtype);
        double scale = 1 / Math.Sqrt(width);
        foreach ((long first, long count) in Chunks(batch, heads, tokens))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor[] parts = Parts(packed.view(result.shape), first, count);
            (Tensor queries, Tensor keys, Tensor values) = (parts[0], parts[1], parts[2]);
            Tensor toMixed = Parts(slopes, first, count)[0], shares = Shares(parts);

            // The softmax's gradient: its mean under the shares is that of the output and its slope, which are smaller.
            Tensor mean = Parts(outputs, first, count)[0].mul_(toMixed).sum([-1L], keepdim: true);
            Tensor toScores = empty_like(shares);
            OneDnnMatmul.Multiply(toMixed, values.transpose(1, 2), toScores);
            toScores.sub_(mean).mul_(shares);

            Tensor gradients = empty([3, .. queries.shape]);
            OneDnnMatmul.Multiply(toScores, keys, gradients[0], scale: scale);
            OneDnnMatmul.Multiply(toScores.transpose(1, 2), queries, gradients[1], scale: scale);
            OneDnnMatmul.Multiply(shares.transpose(1, 2), toMixed, gradients[2]);
            Target(result, first, count).copy_(gradients.view(3, count, heads, tokens, width));
        }

        return result.view(packed.shape).MoveToOuterDisposeScope();
    }

    /// <summary>softmax(q k' / sqrt(d)), [count H, N, N].</summary>
    private static Tensor Shares(Tensor[] parts)
    {
        Tensor queries = parts[0];
        Tensor scores = empty(queries.shape[0], queries.shape[1], queries.shape[1]);
        OneDnnMatmul.Multiply(queries, parts[1].transpose(1, 2), scores, scale: 1 / Math.Sqrt(queries.shape[2]));
        return scores.softmax(-1);
    }

    /// <summary>Copies of some images' heads from [B, N, P, H, d]: P tensors [count H, N, d] in float32.</summary>
    private static Tensor[] Parts(Tensor all, long first, long count)
    {
        long[] shape = all.shape;
        Tensor heads = empty([shape[2], count, shape[3], shape[1], shape[4]]).copy_(Target(all, first, count));
        return heads.view(shape[2], count * shape[3], shape[1], shape[4]).unbind(0);
    }

    /// <summary>Some images of [B, N, P, H, d] as [P, count, H, N, d], a view.</summary>
    private static Tensor Target(Tensor all, long first, long count) => all.narrow(0, first, count).permute(2, 0, 3, 1, 4);

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
