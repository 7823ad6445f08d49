using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>
/// libtorch's own mixed precision: products and convolutions run in bfloat16, what would lose accuracy (norms of the residual stream,
/// softmax, losses) in float32, as under PyTorch's <c>torch.autocast</c>. Gradients reach the float32 weights. TorchSharp 0.107 does not
/// bind it, so its functions are called by their exported names.
/// </summary>
/// <remarks>The cache of cast weights is off: SAM's second pass would read stale weights from it.</remarks>
internal static unsafe class Autocast
{
    private const byte BFloat16 = 15;
    private static readonly Lazy<Exports?> Found = new(Find);

    /// <summary>Whether this libtorch offers it.</summary>
    public static bool IsOffered => Found.Value is not null;

    /// <summary>Whether this thread computes in mixed precision on a device.</summary>
    public static bool IsOn(DeviceType device) => Found.Value is { } exports && exports.IsEnabled((byte)device) != 0;

    /// <summary>Throws where this libtorch does not offer it.</summary>
    /// <param name="where">The setting that asks for it.</param>
    /// <exception cref="InputException">It does not.</exception>
    public static void Require(string where = "training.precision")
    {
        if (Found.Value is null)
            throw new InputException(
                "This build of libtorch does not export its autocast functions, so that bf16 is not available.", where,
                $"Use {where}=fp32.");
        if (Kernels.Choice is { AllowsBf16: false } choice)
            throw new InputException($"bf16 is computed wrongly on this processor ({choice.Outcome!.Bf16Worst}).", where,
                $"Use {where}=fp32.");
    }

    /// <summary>Computes in mixed precision on this thread until the result is disposed, on the same thread.</summary>
    /// <param name="device">Where the tensors are.</param>
    /// <exception cref="InputException">This libtorch does not offer it.</exception>
    public static IDisposable Enter(DeviceType device)
    {
        Require();
        SignalStack.Enlarge();
        return new Section(Found.Value!, (byte)device, on: true);
    }

    /// <summary>
    /// Computes in the tensors' own types until the result is disposed, within what <see cref="Enter"/> has begun; null where nothing has.
    /// </summary>
    /// <param name="device">Where the tensors are.</param>
    public static IDisposable? Suspend(DeviceType device) => IsOn(device) ? new Section(Found.Value!, (byte)device, on: false) : null;

    private static Exports? Find()
    {
        Libtorch.Load();
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out nint library))
            return null;

        // The mangled C++ names of GCC and Clang, and of MSVC.
        nint Address(string itanium, string microsoft) =>
            NativeLibrary.TryGetExport(library, OperatingSystem.IsWindows() ? microsoft : itanium, out nint address) ? address : 0;
        var exports = new Exports(
            Address("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE",
                "?is_autocast_enabled@autocast@at@@YA_NW4DeviceType@c10@@@Z"),
            Address("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb",
                "?set_autocast_enabled@autocast@at@@YAXW4DeviceType@c10@@_N@Z"),
            Address("_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE",
                "?set_autocast_dtype@autocast@at@@YAXW4DeviceType@c10@@W4ScalarType@4@@Z"),
            Address("_ZN2at8autocast25is_autocast_cache_enabledEv", "?is_autocast_cache_enabled@autocast@at@@YA_NXZ"),
            Address("_ZN2at8autocast26set_autocast_cache_enabledEb", "?set_autocast_cache_enabled@autocast@at@@YAX_N@Z"));
        return exports.AreComplete ? exports : null;
    }

    private sealed class Exports(nint isEnabled, nint setEnabled, nint setType, nint isCached, nint setCached)
    {
        public bool AreComplete => isEnabled != 0 && setEnabled != 0 && setType != 0 && isCached != 0 && setCached != 0;

        public byte IsEnabled(byte device) => ((delegate* unmanaged<byte, byte>)isEnabled)(device);

        public void SetEnabled(byte device, byte value) => ((delegate* unmanaged<byte, byte, void>)setEnabled)(device, value);

        public void SetType(byte device, byte type) => ((delegate* unmanaged<byte, byte, void>)setType)(device, type);

        public byte IsCached() => ((delegate* unmanaged<byte>)isCached)();

        public void SetCached(byte value) => ((delegate* unmanaged<byte, void>)setCached)(value);
    }

    private sealed class Section : IDisposable
    {
        private readonly Exports _exports;
        private readonly byte _device;
        private readonly byte _enabled;
        private readonly byte _cached;

        public Section(Exports exports, byte device, bool on)
        {
            (_exports, _device, _enabled, _cached) = (exports, device, exports.IsEnabled(device), exports.IsCached());
            exports.SetType(device, BFloat16);
            exports.SetCached(0);
            exports.SetEnabled(device, on ? (byte)1 : (byte)0);
        }

        public void Dispose()
        {
            _exports.SetEnabled(_device, _enabled);
            _exports.SetCached(_cached);
        }
    }
}
