using System.Diagnostics;
using ReMem.Runtime;
using TorchSharp;

namespace ReMem.Tests.Runtime;

public sealed class LibtorchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_packages_libtorch_loads_once_and_says_its_version()
    {
        LibtorchInfo first = Libtorch.Load();
        Assert.Same(first, Libtorch.Load());
        Assert.StartsWith("2.10.", Libtorch.WantedVersion, StringComparison.Ordinal);
        Assert.StartsWith("2.10.", first.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_are_set_and_none_is_refused()
    {
        Libtorch.Load();
        int before = torch.get_num_threads();
        try
        {
            Libtorch.SetThreads(3);
            Assert.Equal(3, torch.get_num_threads());
        }
        finally
        {
            Libtorch.SetThreads(before);
        }

        Assert.Contains("0", Assert.Throws<InputException>(() => Libtorch.SetThreads(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_folders_libtorch_is_the_only_one_in_the_process()
    {
        Needs("libtorch_cpu.so");
        foreach (string file in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so", "libgomp-98b21ff3.so.1"])
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), _folder.File(file));
        (int code, string output) = RunChild(nameof(Child_uses_the_named_folder), _folder.Path);
        Assert.True(code == 0, output);
    }

    [Fact(Explicit = true)]
    public void Child_uses_the_named_folder()
    {
        string folder = Environment.GetEnvironmentVariable(Libtorch.Variable)!;
        LibtorchInfo info = Libtorch.Load();
        Assert.True(info.IsCustom);
        Assert.Equal(folder, info.Folder);
        using torch.Tensor sum = torch.ones(3).sum();
        Assert.Equal(3, sum.item<float>());
        Assert.False(torch.cuda.is_available());
        string[] mapped = [.. File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .Where(path => path.EndsWith("libtorch_cpu.so", StringComparison.Ordinal)).Distinct()];
        Assert.Equal([Path.Combine(folder, "libtorch_cpu.so")], mapped);
    }

    [Fact]
    public void A_folder_that_is_missing_empty_or_one_too_high_is_named()
    {
        string missing = _folder.File("none");
        Assert.Contains(missing, Assert.Throws<InputException>(() => LibtorchVersion.OfFolder(missing)).Message, StringComparison.Ordinal);
        var empty = Assert.Throws<InputException>(() => LibtorchVersion.OfFolder(_folder.Path));
        Assert.Contains("lacks libc10.so, libtorch_cpu.so, libtorch.so", empty.Message, StringComparison.Ordinal);
        MakeLibraries("lib");
        var high = Assert.Throws<InputException>(() => LibtorchVersion.OfFolder(_folder.Path));
        Assert.Equal($"Name '{_folder.File("lib")}'.", high.Remedy);
    }

    [Theory]
    [InlineData("build-version", "2.10.0+cpu\n", "2.10.0+cpu")]
    [InlineData("version.py", "from typing import Optional\n__version__ = '2.11.0+cu128'\ndebug = False\n", "2.11.0+cu128")]
    [InlineData("include/torch/csrc/api/include/torch/version.h", "#pragma once\n#define TORCH_VERSION \"1.13.1\"\n", "1.13.1")]
    [InlineData("other.txt", "2.10.0", null)]
    public void The_version_is_read_from_what_lies_around(string file, string text, string? version)
    {
        string lib = MakeLibraries("lib");
        string path = _folder.File(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Assert.Equal(version, LibtorchVersion.OfFolder(lib));
    }

    [Theory]
    [InlineData("2.10.0", true)]
    [InlineData("2.10.3+cu130", true)]
    [InlineData(null, true)]
    [InlineData("2.1.0", false)]
    [InlineData("2.11.0", false)]
    [InlineData("1.13.1", false)]
    [InlineData("before 2.9", false)]
    public void Only_the_same_major_and_minor_number_fits(string? version, bool fits)
    {
        if (fits)
        {
            LibtorchVersion.Check(version, "2.10.0.0", "x");
            return;
        }

        var error = Assert.Throws<InputException>(() => LibtorchVersion.Check(version, "2.10.0.0", "x"));
        Assert.Equal($"REMEM_LIBTORCH names libtorch {version}, but TorchSharp needs 2.10.", error.Message);
    }

    [Fact]
    public void Another_version_is_refused_before_anything_is_loaded()
    {
        Needs("libtorch_cpu.so");
        string lib = MakeLibraries("lib");
        File.WriteAllText(_folder.File("build-version"), "1.13.1");
        (int code, string output) = RunChild(nameof(Child_refuses_the_named_folder), lib);
        Assert.True(code == 0, output);
    }

    [Fact(Explicit = true)]
    public void Child_refuses_the_named_folder()
    {
        var error = Assert.Throws<InputException>(Libtorch.Load);
        Assert.Contains("names libtorch 1.13.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("libtorch", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void Libraries_that_are_no_libraries_are_named_with_the_loaders_words()
    {
        Needs("libtorch_cpu.so");
        (int code, string output) = RunChild(nameof(Child_cannot_load_the_named_folder), MakeLibraries("lib"));
        Assert.True(code == 0, output);
    }

    [Fact(Explicit = true)]
    public void Child_cannot_load_the_named_folder()
    {
        var error = Assert.Throws<ReMemException>(Libtorch.Load);
        Assert.StartsWith("libc10.so does not load: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("file too short", error.Message, StringComparison.Ordinal);
    }

    private string MakeLibraries(string name)
    {
        string lib = Directory.CreateDirectory(_folder.File(name)).FullName;
        foreach (string file in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            File.WriteAllText(Path.Combine(lib, file), "");
        return lib;
    }

    private static void Needs(string library)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Path.Combine(AppContext.BaseDirectory, library)))
            Assert.Skip($"{library} is not next to the tests");
    }

    /// <summary>Runs an explicit test in a process of its own: libtorch loads once a process.</summary>
    private static (int Code, string Output) RunChild(string method, string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            ["-explicit", "only", "-method", $"{typeof(LibtorchTests).FullName}.{method}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Insert(0, typeof(LibtorchTests).Assembly.Location);
        start.Environment[Libtorch.Variable] = folder;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return output.Contains("Total: 1", StringComparison.Ordinal) ? (process.ExitCode, output) : (-1, output);
    }
}
