using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>Finds the version of a libtorch: before it is loaded from the files around it, afterwards from the library itself.</summary>
internal static partial class LibtorchVersion
{
    /// <summary>
    /// The version that a folder of libraries states: build-version of a libtorch archive, version.py or version.h of a PyTorch install.
    /// </summary>
    /// <returns>Null where no file next to the libraries states it.</returns>
    /// <exception cref="InputException">The folder is missing or holds no libtorch.</exception>
    public static string? OfFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException($"{Libtorch.Variable} names '{folder}', which is not a folder.",
                remedy: $"Name the folder that holds libtorch_cpu.so, or unset {Libtorch.Variable}.");
        }

        string[] missing =
            [.. ((string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"]).Where(f => !File.Exists(Path.Combine(folder, f)))];
        if (missing.Length > 0)
        {
            string below = Path.Combine(folder, "lib");
            throw new InputException($"{Libtorch.Variable} names '{folder}', which lacks {string.Join(", ", missing)}.", remedy:
                File.Exists(Path.Combine(below, "libtorch_cpu.so")) ? $"Name '{below}'." : "Name the folder that holds libtorch_cpu.so.");
        }

        string parent = Path.Combine(folder, "..");
        return First(Path.Combine(folder, "build-version"), Bare())
            ?? First(Path.Combine(parent, "build-version"), Bare())
            ?? First(Path.Combine(parent, "version.py"), Python())
            ?? First(Path.Combine(parent, "include", "torch", "csrc", "api", "include", "torch", "version.h"), Header());
    }

    /// <summary>The version that a loaded libtorch_cpu states through its C interface (2.9 and later).</summary>
    /// <returns>"before 2.9" where it has no such function, null for no handle.</returns>
    public static unsafe string? OfHandle(nint cpu)
    {
        if (cpu == 0)
            return null;
        if (!NativeLibrary.TryGetExport(cpu, "aoti_torch_abi_version", out nint address))
            return "before 2.9";
        ulong version = ((delegate* unmanaged<ulong>)address)();
        return $"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}";
    }

    /// <summary>The version of the libtorch_cpu that the program's own search finds; null where it finds none.</summary>
    public static string? OfLoaded() =>
        NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out nint cpu) ? OfHandle(cpu) : null;

    /// <summary>Throws for a known version whose major or minor number is not the required one.</summary>
    /// <exception cref="InputException">It differs.</exception>
    public static void Check(string? version, string wanted, string folder)
    {
        string want = MajorMinor(wanted);
        if (version is not null && MajorMinor(version) != want)
        {
            throw new InputException($"{Libtorch.Variable} names libtorch {version}, but TorchSharp needs {want}.", folder,
                $"Install PyTorch {want} and name its torch/lib, or unset {Libtorch.Variable}.");
        }
    }

    private static string MajorMinor(string version) => string.Join('.', version.Split('.').Take(2));

    private static string? First(string path, Regex pattern)
    {
        if (!File.Exists(path))
            return null;
        Match match = pattern.Match(File.ReadAllText(path));
        return match.Success ? match.Groups[1].Value : null;
    }

    [GeneratedRegex(@"^\s*(\d+\.\d+\S*)")]
    private static partial Regex Bare();

    [GeneratedRegex(@"__version__\s*=\s*['""](\d+\.\d+[^'""]*)['""]")]
    private static partial Regex Python();

    [GeneratedRegex(@"#define\s+TORCH_VERSION\s+""?(\d+\.\d+[^""\s]*)")]
    private static partial Regex Header();
}
