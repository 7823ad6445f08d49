using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Sums of tensors that the garbage collector cannot spoil.</summary>
/// <remarks>
/// TorchSharp 0.107's <c>a + b</c> makes a Scalar 1 for the factor of b and lets go of it before the native operator has read it. If a collection
/// comes between, the operator reads freed memory: it throws "Expected false to be true", or adds a multiple of b. With collections forced all the
/// time, that was one sum in some 70,000; a training makes millions. Differences, products and quotients of tensors take no Scalar.
/// </remarks>
internal static class TensorSum
{
    private static readonly Scalar One = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Scalar b) => a.add_(b, One);
}
