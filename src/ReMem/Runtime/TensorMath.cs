using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Operators of tensors and numbers that are safe from the garbage collector.</summary>
/// <remarks>
/// TorchSharp 0.107 turns a number into a Scalar and drops it before the native operator has read it. If a collection comes between, the
/// operator reads freed memory: it throws "Unknown scalar type" or "Expected false to be true", or computes with another number. With
/// collections forced continuously, that was one sum in about 70,000; a training computes millions. It happens where a number is given
/// (<c>a.clamp_min(1e-8)</c>), where TorchSharp gives one itself (<c>a + b</c> and <c>a.add(s)</c> have a factor of 1, <c>a.square()</c> a
/// power of 2, <c>arange(n)</c> a start of 0), and not where a Scalar is held by a <c>using</c>. Differences, products and quotients of
/// tensors need none. Tests search the compiled code for unsafe calls.
/// </remarks>
internal static class TensorMath
{
    private static readonly Scalar One = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Scalar b) => a.add(b, One);

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a += b.</summary>
    public static Tensor PlusInPlace(this Tensor a, Scalar b) => a.add_(b, One);

    /// <summary>a *= b.</summary>
    public static Tensor TimesInPlace(this Tensor a, double b)
    {
        using Scalar factor = b;
        return a.mul_(factor);
    }

    /// <summary>a a, elementwise.</summary>
    public static Tensor Squared(this Tensor a) => a.mul(a);

    /// <summary>The larger of a and the limit, elementwise.</summary>
    public static Tensor AtLeast(this Tensor a, double limit)
    {
        using Scalar min = limit;
        return a.clamp_min(min);
    }

    /// <summary>a, clamped to the limits, elementwise.</summary>
    public static Tensor Within(this Tensor a, double low, double high)
    {
        using Scalar min = low, max = high;
        return a.clamp(min, max);
    }

    /// <summary>Whether a is below the limit, elementwise.</summary>
    public static Tensor Below(this Tensor a, long limit)
    {
        using Scalar end = limit;
        return a.lt(end);
    }

    /// <summary>0, 1, ... n - 1, int64.</summary>
    public static Tensor Numbers(long n)
    {
        using Scalar start = 0, end = n, step = 1;
        return arange(start, end, step, ScalarType.Int64);
    }

    /// <summary>The same number n times, on the CPU [n].</summary>
    public static Tensor Repeated(double value, long n, ScalarType type = ScalarType.Float32)
    {
        using Scalar filling = value;
        return full(n, filling, type);
    }
}
