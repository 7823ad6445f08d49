using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>Examines whether this machine can train, and reports what to fix.</summary>
internal static class Doctor
{
    private const long Gigabyte = 1 << 30;

    /// <summary>Examines; never throws for the problems it finds.</summary>
    /// <param name="runFolder">Where runs are written, for the free disk space; null for the current folder.</param>
    /// <param name="kernels">Which sets of libtorch's kernels are checked; each takes a few seconds, once.</param>
    public static DoctorReport Examine(string? runFolder = null, KernelExamination kernels = KernelExamination.Chosen)
    {
        List<DoctorProblem> problems = [];
        LibtorchInfo? libtorch = null;
        string? device = null;
        int? threads = null;
        IReadOnlyList<KernelOutcome>? outcomes = null;
        try
        {
            libtorch = Libtorch.Load();
            device = torch.cuda.is_available() ? "cuda" : "cpu";
            threads = torch.get_num_threads();
            outcomes = libtorch.Kernels?.Outcomes;
            if (libtorch.Kernels is { Outcome: { IsRight: false } wrong })
                problems.Add(
                    new(true, $"{KernelSelector.Variable}={wrong.Name} computes wrongly here: {wrong.Verdict}",
                    $"Unset {KernelSelector.Variable}."));
            else if (libtorch.Kernels is { AllowsBf16: false, Outcome: { } limited })
                problems.Add(new(false, $"bf16 is computed wrongly here: {limited.Bf16Worst}", "Train in fp32; bf16 is refused."));
            if (!Computes())
                problems.Add(new(true, "libtorch computes a matrix product wrongly.",
                    "Install the package again, or use another libtorch."));
        }
        catch (ReMemException e)
        {
            problems.Add(new(true, e.Message, e.Remedy ?? "See docs/libtorch.md."));
        }

        if (kernels != KernelExamination.Chosen)
        {
            try
            {
                outcomes = Kernels.CheckAll(again: kernels == KernelExamination.AllAgain);
            }
            catch (ReMemException)
            {
                // REMEM_LIBTORCH is not a libtorch folder: already reported.
            }
        }

        IReadOnlyList<string> features = Machine.CpuFeatures();
        long? free = Machine.AvailableMemory();
        long? disk = DiskSpace.Free(runFolder ?? Environment.CurrentDirectory);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && !features.Contains("AVX2"))
            problems.Add(new(false, "The processor has no AVX2: training is several times slower.", "Use a machine from 2015 or later."));
        if (free < 2 * Gigabyte)
            problems.Add(new(false, "Less than 2 GB of memory is free.", "Close other programs, or use smaller batches."));
        if (disk < Gigabyte)
            problems.Add(new(false, "Less than 1 GB of disk is free where runs are written.", "Free some, or write runs to another disk."));
        if (threads > Environment.ProcessorCount)
            problems.Add(new(false, $"{threads} threads share {Environment.ProcessorCount} cores.",
                "Unset OMP_NUM_THREADS, or set it to the cores."));

        (string version, string? commit) = EnvironmentInfo.OwnVersion();
        return new DoctorReport(version, commit, $"{Machine.OsName()} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})",
            Sdk(), RuntimeInformation.FrameworkDescription, EnvironmentInfo.TorchSharpVersion(), libtorch?.Version, libtorch?.Folder,
            device,
            Machine.CpuModel(), features, Environment.ProcessorCount, threads, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, free, disk,
            Machine.NewestGlibcxx(), problems)
        {
            KernelChoice = libtorch?.Kernels is { } choice ? choice with { Outcomes = [] } : null,
            Kernels = outcomes ?? [],
        };
    }

    private static bool Computes()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        torch.Tensor a = TensorMath.Numbers(64 * 64).to(torch.ScalarType.Float32).view(64, 64).TimesInPlace(1.0 / 4096);
        torch.Tensor eye = torch.eye(64);
        return (torch.mm(a, eye) - a).abs().max().item<float>() == 0;
    }

    private static string? Sdk()
    {
        try
        {
            var start = new ProcessStartInfo("dotnet", "--version")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = AppContext.BaseDirectory,
            };
            using Process process = Process.Start(start)!;
            string version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && version.Length > 0 ? version : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
