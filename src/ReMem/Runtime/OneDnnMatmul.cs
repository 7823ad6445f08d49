using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Runtime;

/// <summary>
/// libtorch's <c>at::native::mkldnn_matmul</c>, oneDNN's matrix product, which libtorch itself uses for bf16 only. TorchSharp does not bind
/// it, so it is called by its exported name.
/// </summary>
internal static unsafe class OneDnnMatmul
{
    /// <summary>
    /// Whether the processor has what the function demands, and oneDNN may use it; without, it ends the process. Needs no libtorch.
    /// </summary>
    public static bool IsSupported { get; } = HasAvx512 && Allows(KernelSelector.UserIsa(Environment.GetEnvironmentVariable));

    /// <summary>Whether this libtorch exports it, too.</summary>
    public static bool IsOffered => IsSupported && Exported.Function != 0;

    /// <summary>Whether it is chosen, and can compute with this tensor, whatever its type.</summary>
    public static bool IsChosenFor(Tensor x) => KernelPath<ProductKernel>.Current == ProductKernel.OneDnn
        && x.device_type == DeviceType.CPU && x.numel() > 0 && IsOffered;

    private static bool HasAvx512 =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported;

    /// <summary>Whether a limit of oneDNN's instructions leaves it AVX-512.</summary>
    /// <param name="isa">The value of <see cref="KernelSet.IsaVariable"/>; null for none.</param>
    internal static bool Allows(string? isa) => isa is null || new[] { "AVX512", "AVX10", "ALL", "DEFAULT" }
        .Any(known => isa.StartsWith(known, StringComparison.OrdinalIgnoreCase));

    /// <summary>scale a b, or result + scale a b, written to the result; all in float32.</summary>
    /// <param name="a">[M, K], or [B, M, K].</param>
    /// <param name="b">[K, N], or [B, K, N]; a transposed view is not copied.</param>
    /// <param name="result">[M, N], or [B, M, N], contiguous.</param>
    /// <param name="adds">Whether the product is added to what the result holds.</param>
    /// <param name="scale">Factor of the product.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit: the function itself would end the process.</exception>
    public static void Multiply(Tensor a, Tensor b, Tensor result, bool adds = false, double scale = 1)
    {
        (long[] left, long[] right, long[] to) = (a.shape, b.shape, result.shape);
        int rank = to.Length;
        bool fits = rank is 2 or 3 && left.Length == rank && right.Length == rank
            && left[^1] == right[^2] && left[^2] == to[^2] && right[^1] == to[^1]
            && (rank == 2 || (left[0] == to[0] && right[0] == to[0]))
            && a.numel() > 0 && b.numel() > 0 && result.is_contiguous();
        bool isFloat = new[] { a, b, result }.All(t => t.dtype == torch.ScalarType.Float32 && t.device_type == DeviceType.CPU);
        if (!fits || !isFloat)
        {
            throw new ArgumentException(
                $"[{string.Join(", ", left)}] x [{string.Join(", ", right)}] to [{string.Join(", ", to)}] is no product of float32 "
                + "matrices on the CPU, or not to a contiguous tensor.");
        }

        var matmul = (delegate* unmanaged<nint, nint, nint, float, float, void>)Exported.Function;
        matmul(a.Handle, b.Handle, result.Handle, adds ? 1 : 0, (float)scale);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(result);
    }

    /// <summary>Looked for when it is first asked for: each start of the program asks only whether it is supported.</summary>
    private static class Exported
    {
        public static readonly nint Function = Find();
    }

    private static nint Find()
    {
        Libtorch.Load();
        return NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out nint library)
            && NativeLibrary.TryGetExport(
                library,
                OperatingSystem.IsWindows() ? "?mkldnn_matmul@native@at@@YAXAEBVTensor@2@00MM@Z"
                    : "_ZN2at6native13mkldnn_matmulERKNS_6TensorES3_S3_ff",
                out nint address)
            ? address
            : 0;
    }
}
