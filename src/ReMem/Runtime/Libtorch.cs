using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>
/// Finds and loads libtorch before the first tensor: the package's own, or the one that REMEM_LIBTORCH names. TorchSharp finds the former
/// by itself, but reports every failure as "doesn't contain a reference to libtorch-cpu"; loading it here first keeps the loader's own
/// message.
/// </summary>
public static class Libtorch
{
    /// <summary>The environment variable that names a folder with another libtorch, such as a PyTorch install's torch/lib.</summary>
    public const string Variable = "REMEM_LIBTORCH";

    private static readonly Lock Gate = new();
    private static LibtorchInfo? s_info;

    /// <summary>The version that TorchSharp was compiled against; its major and minor number have to be libtorch's.</summary>
    /// <remarks>Read as a constant: using the class torch would load libtorch.</remarks>
    public static string WantedVersion { get; } = (string)typeof(torch)
        .GetField("libtorchPackageVersion", BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;

    /// <summary>
    /// Receives lines about slow or doubtful steps of loading, such as the check of the kernels on a new machine. Null receives nothing.
    /// </summary>
    public static Action<string>? Notice { get; set; }

    /// <summary>
    /// Loads libtorch once, with the fastest kernels that compute correctly on this machine; call it before the first tensor. Later calls
    /// return the same result. On a new machine the kernels are checked, which takes a few seconds.
    /// </summary>
    /// <exception cref="InputException">
    /// REMEM_LIBTORCH does not name a usable libtorch, or one of another version; REMEM_KERNELS names an unknown set.
    /// </exception>
    /// <exception cref="ReMemException">
    /// The package's own libtorch does not load, or no kernels compute correctly here; the message has the cause.
    /// </exception>
    public static LibtorchInfo Load()
    {
        lock (Gate)
        {
            return s_info ??= LoadChecked(Environment.GetEnvironmentVariable(Variable));
        }
    }

    /// <summary>Loads libtorch with one set of kernels, in the process that checks it.</summary>
    internal static void LoadFor(KernelSet set)
    {
        s_info = LoadOnce(Environment.GetEnvironmentVariable(Variable));
        Kernels.Prepare(set);
    }

    /// <summary>Version and, where the user names one, folder of the libtorch that will be loaded.</summary>
    internal static string Wanted() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
            ? $"{LibtorchVersion.OfFolder(Path.GetFullPath(folder))} in {Path.GetFullPath(folder)}"
            : WantedVersion;

    /// <summary>Sets how many threads one tensor operation may use.</summary>
    /// <param name="count">1 or more; libtorch's default is the number of physical cores.</param>
    /// <exception cref="InputException">The count is below 1.</exception>
    public static void SetThreads(int count)
    {
        if (count < 1)
            throw new InputException($"The number of threads is {count}.", remedy: "Give 1 or more.");
        Load();
        torch.set_num_threads(count);
    }

    private static LibtorchInfo LoadChecked(string? folder)
    {
        if (!string.IsNullOrWhiteSpace(folder))
            LibtorchVersion.Check(LibtorchVersion.OfFolder(Path.GetFullPath(folder)), WantedVersion, folder);
        string wanted = Wanted();
        Kernels.Prepare(wanted, Notice);
        // A check in this process also needs the loaded libtorch.
        LibtorchInfo info = s_info = LoadOnce(folder);
        try
        {
            return info with { Kernels = Kernels.Apply(wanted, Notice) };
        }
        finally
        {
            s_info = null;
        }
    }

    private static LibtorchInfo LoadOnce(string? folder)
    {
        string? binding = FindNative(OperatingSystem.IsWindows() ? "LibTorchSharp.dll"
            : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so");
        if (!string.IsNullOrWhiteSpace(folder))
            return LoadCustom(Path.GetFullPath(folder), binding);

        if (binding is not null)
            LoadFile(binding);
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (NotSupportedException e)
        {
            throw LibtorchErrors.NotLoaded(binding ?? "LibTorchSharp", e);
        }

        string version = LibtorchVersion.OfLoaded() ?? WantedVersion;
        return new LibtorchInfo(version, Path.GetDirectoryName(FindNative("libtorch_cpu.so") ?? binding), IsCustom: false);
    }

    private static LibtorchInfo LoadCustom(string folder, string? binding)
    {
        if (!OperatingSystem.IsLinux())
            throw new InputException($"{Variable} is supported on Linux only.", remedy: $"Unset {Variable}.");
        if (binding is null)
            throw new ReMemException("libLibTorchSharp.so is not in the program's folder.", AppContext.BaseDirectory, "Build again.");

        string? version = LibtorchVersion.OfFolder(folder);
        LibtorchVersion.Check(version, WantedVersion, folder);
        // In dependency order: the loader then binds libLibTorchSharp.so to these by their names (DT_SONAME), and
        // never searches its own folder. A missing library (the CUDA ones of a CPU build) is skipped; any other failure is not.
        nint cpu = 0;
        foreach (string name in (string[])["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path))
                continue;
            nint handle = LoadFile(path);
            cpu = name == "libtorch_cpu.so" ? handle : cpu;
        }

        string? loaded = LibtorchVersion.OfHandle(cpu);
        LibtorchVersion.Check(loaded, WantedVersion, folder);
        if (FindNative("libtorch_cpu.so") is { } own && own != Path.Combine(folder, "libtorch_cpu.so"))
            LoaderAlias.Add(Path.Combine(folder, "libtorch_cpu.so"), own);
        LoadFile(binding);
        return new LibtorchInfo(version ?? loaded ?? WantedVersion, folder, IsCustom: true);
    }

    private static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw LibtorchErrors.NotLoaded(path, e);
        }
    }

    private static string? FindNative(string file)
    {
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }
}
