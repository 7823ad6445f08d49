using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Runtime;

/// <summary>One operator at one shape, computed by libtorch and by a float64 reference.</summary>
/// <param name="Name">The operator and its shape, human-readable.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal abstract record KernelCase(string Name, bool Bf16)
{
    /// <summary>The maximal relative error of a right kernel in float32.</summary>
    public const double Float32Limit = 1e-5;

    /// <summary>The maximal relative error of a right kernel under bf16 autocast.</summary>
    public const double Bf16Limit = 2e-2;

    /// <summary>The maximal relative error of this case.</summary>
    public double Limit => Bf16 ? Bf16Limit : Float32Limit;

    /// <summary>Computes both and compares.</summary>
    /// <returns>See <see cref="Prepare"/>.</returns>
    public double Error() => Prepare()();

    /// <summary>Computes the reference in float64 without libtorch: another thread can do this in advance.</summary>
    /// <returns>A function that computes the case by libtorch and compares: the largest relative error (L2 norm of the difference over that
    /// of the reference) of the result and its gradients; infinity where the result is not finite,
    /// or differs when computed again.</returns>
    public Func<double> Prepare()
    {
        Func<double> compare = Expect();
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable? mixed = Bf16 ? Autocast.Enter(DeviceType.CPU) : null;
            return compare();
        };
    }

    /// <summary>See <see cref="Prepare"/>.</summary>
    protected abstract Func<double> Expect();

    /// <summary>Relative error; infinity where anything is not finite.</summary>
    protected static double Relative(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        double error = TensorPrimitives.Distance(actual, expected) / Math.Max(TensorPrimitives.Norm(expected), double.Epsilon);
        return double.IsFinite(error) ? error : double.PositiveInfinity;
    }

    /// <summary>A tensor's values in the order of its dimensions.</summary>
    protected static double[] Values(Tensor tensor)
    {
        using Tensor plain = tensor.detach().to(ScalarType.Float32).contiguous();
        ReadOnlySpan<float> floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(plain.bytes);
        double[] values = new double[floats.Length];
        TensorPrimitives.ConvertChecked<float, double>(floats, values);
        return values;
    }

    /// <summary>Whether two tensors of one shape and layout hold the same bits.</summary>
    protected static bool Same(Tensor a, Tensor b) => a.detach().contiguous().bytes.SequenceEqual(b.detach().contiguous().bytes);
}
