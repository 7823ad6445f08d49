using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>Puts the chosen kernels in force: before libtorch computes anything, however a program comes to use it.</summary>
internal static unsafe class Kernels
{
    private static readonly Lock Gate = new();
    private static bool s_prepared;
    private static bool s_applied;
    private static KernelChoice? s_choice;

    /// <summary>The choice; null before there is one.</summary>
    public static KernelChoice? Choice => s_choice;

    /// <summary>The sets of kernels that can be chosen here, given the user's own environment.</summary>
    public static IReadOnlyList<KernelRung> Rungs => KernelRung.For(
        RuntimeInformation.ProcessArchitecture == Architecture.X64, KernelLadder.UserIsa(Environment.GetEnvironmentVariable));

    /// <summary>Chooses, and sets what oneDNN reads when it is first used. Touches no tensor, and nothing of TorchSharp.</summary>
    /// <param name="libtorch">The libtorch that is going to be loaded.</param>
    /// <param name="notice">Hears what is done and why; may be null.</param>
    /// <exception cref="ReMemException">No set computes rightly here, or REMEM_KERNELS names none.</exception>
    public static void Prepare(string libtorch, Action<string>? notice)
    {
        lock (Gate)
        {
            if (s_prepared)
                return;
            s_choice = Ladder(libtorch, rung => KernelChild.Check(rung), Rungs, notice).Choose(Forced());
            s_prepared = true;
            if (s_choice is not null)
                SetIsa(KernelRung.Named(s_choice.Rung));
        }
    }

    /// <summary>Takes a set without a question: the process is here to check it.</summary>
    public static void Prepare(KernelRung rung)
    {
        lock (Gate)
        {
            (s_prepared, s_applied) = (true, true);
            s_choice = new KernelChoice(rung.Name, "being checked", true, []);
            SetSwitches(rung);
        }
    }

    /// <summary>Sets the switches of the loaded libtorch. Where no other process could check, this one does.</summary>
    /// <param name="libtorch">The libtorch that is loaded.</param>
    /// <param name="notice">Hears what is done and why; may be null.</param>
    /// <exception cref="ReMemException">No set computes rightly here.</exception>
    public static KernelChoice Apply(string libtorch, Action<string>? notice)
    {
        lock (Gate)
        {
            if (!s_applied)
            {
                s_applied = true;
                s_choice ??= Ladder(libtorch, CheckHere, [.. Rungs.Where(r => r.Isa is null)], notice).Choose(Forced())
                    ?? throw new InvalidOperationException("A check in this process always has a result.");
                SetSwitches(KernelRung.Named(s_choice.Rung));
            }

            return s_choice!;
        }
    }

    /// <summary>The ladder of a libtorch on this machine.</summary>
    public static KernelLadder Ladder(string libtorch, Func<KernelRung, KernelOutcome> check, IReadOnlyList<KernelRung> rungs, Action<string>? notice) =>
        new(rungs, check, new KernelMemory(KernelLadder.Key(CpuIdentity.Current, libtorch, Environment.GetEnvironmentVariable)), notice);

    /// <summary>Checks every set that can be chosen here, each in a process of its own.</summary>
    /// <param name="anew">Whether what is known is checked again.</param>
    public static IReadOnlyList<KernelOutcome> CheckAll(bool anew) => Ladder(Libtorch.Wanted(), rung => KernelChild.Check(rung), Rungs, Libtorch.Notice).CheckAll(anew);

    /// <summary>Has TorchSharp's first call of libtorch pass here, for programs that use a tensor before anything of this library.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "A tensor may be the first thing that a program asks for: no call of the library comes before it.")]
    internal static void Watch()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another library watches already: Libtorch.Load, which all of this library's entries call, remains.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        if (!s_applied && !Gate.IsHeldByCurrentThread && name.Contains("LibTorchSharp", StringComparison.Ordinal)
            && Environment.GetEnvironmentVariable(KernelSuite.Variable) is null)
        {
            Prepare(Libtorch.Wanted(), Libtorch.Notice);
            SetSwitches(KernelRung.Named(s_choice?.Rung ?? KernelRung.Default));
        }

        return 0;
    }

    private static string? Forced() => Environment.GetEnvironmentVariable(KernelLadder.Variable);

    private static KernelOutcome CheckHere(KernelRung rung)
    {
        SetSwitches(rung);
        int threads = torch.get_num_threads();
        string path = Path.GetTempFileName();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            KernelSuite.Run(rung, path);
            return KernelChild.Outcome(rung, File.ReadAllLines(path), clock.Elapsed, KernelStatus.Right, null);
        }
        finally
        {
            torch.set_num_threads(threads);
            File.Delete(path);
        }
    }

    private static void SetIsa(KernelRung rung)
    {
        if (rung.Isa is null)
            return;
        if (OperatingSystem.IsLinux())
            ProcessTuning.SetNative(KernelRung.IsaVariable, rung.Isa);
        else
            Environment.SetEnvironmentVariable(KernelRung.IsaVariable, rung.Isa);
    }

    /// <summary>
    /// NNPACK is off throughout: libtorch asks it for convolutions of one thread, it computes them by Winograd's less accurate algorithm, and where it cannot serve it writes
    /// a line to the terminal at every call.
    /// </summary>
    private static void SetSwitches(KernelRung rung)
    {
        PointwisePath.Choice = rung.Products ? PointwiseKernel.Product : PointwiseKernel.Convolution;
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library, OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv", out nint global))
            return;
        nint context = ((delegate* unmanaged<nint>)global)();
        void Set(string itanium, string microsoft, bool value)
        {
            if (NativeLibrary.TryGetExport(library, OperatingSystem.IsWindows() ? microsoft : itanium, out nint setter))
                ((delegate* unmanaged<nint, byte, void>)setter)(context, value ? (byte)1 : (byte)0);
        }

        Set("_ZN2at7Context20setUserEnabledNNPACKEb", "?setUserEnabledNNPACK@Context@at@@QEAAX_N@Z", false);
        Set("_ZN2at7Context20setUserEnabledMkldnnEb", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z", rung.OneDnn);
    }
}
