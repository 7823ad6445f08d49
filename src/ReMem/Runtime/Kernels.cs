using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>Applies the chosen kernels before libtorch computes anything, however a program comes to use it.</summary>
internal static unsafe class Kernels
{
    private static readonly Lock Gate = new();
    private static bool s_prepared;
    private static bool s_applied;
    private static KernelChoice? s_choice;

    /// <summary>The choice; null before it is made.</summary>
    public static KernelChoice? Choice => s_choice;

    /// <summary>The sets of kernels that can be chosen here, given the user's own environment.</summary>
    public static IReadOnlyList<KernelSet> Sets => KernelSet.For(
        RuntimeInformation.ProcessArchitecture == Architecture.X64, OneDnnMatmul.IsSupported,
        KernelSelector.UserIsa(Environment.GetEnvironmentVariable));

    /// <summary>
    /// Chooses, and sets the variables that oneDNN reads when it is first used. Uses no tensor, and nothing of TorchSharp.
    /// </summary>
    /// <param name="libtorch">The libtorch that is going to be loaded.</param>
    /// <param name="notice">Receives what is done and why; may be null.</param>
    /// <exception cref="ReMemException">No set computes correctly here, or REMEM_KERNELS names an unknown one.</exception>
    public static void Prepare(string libtorch, Action<string>? notice)
    {
        lock (Gate)
        {
            if (s_prepared)
                return;
            s_choice = Selector(libtorch, set => KernelChild.Check(set), Sets, notice).Choose(Forced());
            s_prepared = true;
            if (s_choice is not null)
                SetIsa(KernelSet.Named(s_choice.Name));
        }
    }

    /// <summary>Takes a set without a choice: this process was started to check it.</summary>
    public static void Prepare(KernelSet set)
    {
        lock (Gate)
        {
            (s_prepared, s_applied) = (true, true);
            s_choice = new KernelChoice(set.Name, "being checked", true, []);
            SetSwitches(set);
        }
    }

    /// <summary>Sets the switches of the loaded libtorch. Where no separate process could check, this one does.</summary>
    /// <param name="libtorch">The libtorch that is loaded.</param>
    /// <param name="notice">Receives what is done and why; may be null.</param>
    /// <exception cref="ReMemException">No set computes correctly here.</exception>
    public static KernelChoice Apply(string libtorch, Action<string>? notice)
    {
        lock (Gate)
        {
            if (!s_applied)
            {
                s_applied = true;
                s_choice ??= Selector(libtorch, CheckHere, [.. Sets.Where(r => r.Isa is null)], notice).Choose(Forced())
                    ?? throw new InvalidOperationException("A check in this process always has a result.");
                SetSwitches(KernelSet.Named(s_choice.Name));
            }

            return s_choice!;
        }
    }

    /// <summary>Makes the selector for a libtorch on this machine.</summary>
    public static KernelSelector Selector(
        string libtorch, Func<KernelSet, KernelOutcome> check, IReadOnlyList<KernelSet> sets, Action<string>? notice) =>
        new(sets, check, new KernelMemory(KernelSelector.Key(CpuIdentity.Current, libtorch, Environment.GetEnvironmentVariable)), notice);

    /// <summary>Checks every set that can be chosen here, each in a separate process.</summary>
    /// <param name="again">Whether known outcomes are checked again.</param>
    public static IReadOnlyList<KernelOutcome> CheckAll(bool again) =>
        Selector(Libtorch.Wanted(), set => KernelChild.Check(set), Sets, Libtorch.Notice).CheckAll(again);

    /// <summary>Intercepts TorchSharp's first call of libtorch, for programs that use a tensor before anything of this library.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage", "CA2255", Justification = "A tensor may be the first thing that a program uses: no call of the library comes before it.")]
    internal static void Watch()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another library has set a resolver already: Libtorch.Load, which all entry points of this library call, remains.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        if (!s_applied && !Gate.IsHeldByCurrentThread && name.Contains("LibTorchSharp", StringComparison.Ordinal)
            && Environment.GetEnvironmentVariable(KernelSuite.Variable) is null)
        {
            Prepare(Libtorch.Wanted(), Libtorch.Notice);
            SetSwitches(KernelSet.Named(s_choice?.Name ?? KernelSet.Default));
        }

        return 0;
    }

    private static string? Forced() => Environment.GetEnvironmentVariable(KernelSelector.Variable);

    private static KernelOutcome CheckHere(KernelSet set)
    {
        SetSwitches(set);
        int threads = torch.get_num_threads();
        string path = Path.GetTempFileName();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            KernelSuite.Run(set, path);
            return KernelChild.Outcome(set, File.ReadAllLines(path), clock.Elapsed, KernelStatus.Right, null);
        }
        finally
        {
            torch.set_num_threads(threads);
            File.Delete(path);
        }
    }

    private static void SetIsa(KernelSet set)
    {
        if (set.Isa is null)
            return;
        if (OperatingSystem.IsLinux())
            ProcessTuning.SetNative(KernelSet.IsaVariable, set.Isa);
        else
            Environment.SetEnvironmentVariable(KernelSet.IsaVariable, set.Isa);
    }

    /// <summary>
    /// NNPACK is always off: libtorch uses it for convolutions with one thread, it computes them with Winograd's less accurate algorithm,
    /// and where it is not supported it writes a line to the terminal at every call.
    /// </summary>
    private static void SetSwitches(KernelSet set)
    {
        KernelPath<ConvolutionKernel>.Choice = set.Products ? ConvolutionKernel.Product : ConvolutionKernel.Libtorch;
        KernelPath<ProductKernel>.Choice = set.Matmul ? ProductKernel.OneDnn : ProductKernel.Libtorch;
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library,
                OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv", out nint global))
            return;
        nint context = ((delegate* unmanaged<nint>)global)();
        void Set(string itanium, string microsoft, bool value)
        {
            if (NativeLibrary.TryGetExport(library, OperatingSystem.IsWindows() ? microsoft : itanium, out nint setter))
                ((delegate* unmanaged<nint, byte, void>)setter)(context, value ? (byte)1 : (byte)0);
        }

        Set("_ZN2at7Context20setUserEnabledNNPACKEb", "?setUserEnabledNNPACK@Context@at@@QEAAX_N@Z", false);
        Set("_ZN2at7Context20setUserEnabledMkldnnEb", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z", set.OneDnn);
    }
}
