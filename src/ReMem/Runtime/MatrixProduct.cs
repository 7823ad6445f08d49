using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>The products of linear layers, by the kernel that <see cref="KernelPath{T}"/> names.</summary>
internal static class MatrixProduct
{
    /// <summary>
    /// Multiply-accumulates below which libtorch's own product is as fast: a call of a function of our own costs tens of microseconds.
    /// </summary>
    internal const long Least = 8 << 20;

    /// <summary>x W' + b, [..., K] to [..., N], with gradients.</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        if (!Serves(x, weight))
            return nn.functional.linear(x, weight, bias);
        using DisposeScope scope = NewDisposeScope();
        long inner = weight.shape[1];
        Tensor rows = x.dim() == 2 ? x : x.reshape(-1, inner);
        bool learns = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        Tensor product = learns ? LinearFunction.Run(rows, weight, bias) : Forward(rows, weight, bias);
        return (x.dim() == 2 ? product : product.view([.. x.shape[..^1], weight.shape[0]])).MoveToOuterDisposeScope();
    }

    /// <summary>Whether oneDNN computes x W'; else libtorch's own product does.</summary>
    /// <remarks>In bf16 libtorch calls oneDNN by itself.</remarks>
    internal static bool Serves(Tensor x, Tensor weight) =>
        OneDnnMatmul.IsChosenFor(x) && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32
        && x.numel() * weight.shape[0] >= Least && !Autocast.IsOn(DeviceType.CPU);

    private static Tensor Forward(Tensor rows, Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = [rows.shape[0], weight.shape[0]];
        Tensor result = empty(shape);

        // oneDNN adds to what is there: the bias costs one write.
        if (bias is not null)
            result.copy_(bias);
        OneDnnMatmul.Multiply(rows, weight.t(), result, adds: bias is not null);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Multiply(Tensor a, Tensor b)
    {
        Tensor result = empty(a.shape[0], b.shape[1]);
        OneDnnMatmul.Multiply(a, b, result);
        return result;
    }

    /// <summary>x W' + b and its gradients: dx = dy W, dW = dy' x, db = the sum of dy's rows.</summary>
    private sealed class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
    {
        private static readonly object NoBias = new();

        /// <inheritdoc/>
        public override string Name => nameof(LinearFunction);

        public static Tensor Run(Tensor rows, Tensor weight, Tensor? bias) => apply(rows, weight, bias ?? NoBias);

        /// <inheritdoc/>
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (rows, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], vars[2] as Tensor);
            ctx.save_for_backward([rows, weight]);
            ctx.save_data("learns", (rows.requires_grad, weight.requires_grad, bias is { requires_grad: true }));
            return Forward(rows, weight, bias);
        }

        /// <inheritdoc/>
        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor> saved = ctx.get_saved_variables();
            var (toRows, toWeight, toBias) = ((bool, bool, bool))ctx.get_data("learns");
            Tensor slope = grad_output.contiguous();
            return
            [
                toRows ? Multiply(slope, saved[1]).MoveToOuterDisposeScope() : null!,
                toWeight ? Multiply(slope.t(), saved[0]).MoveToOuterDisposeScope() : null!,
                toBias ? slope.sum([0L]).MoveToOuterDisposeScope() : null!,
            ];
        }
    }
}
