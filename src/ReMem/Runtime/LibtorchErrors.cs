using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>Turns the dynamic loader's messages into a cause and a remedy.</summary>
internal static partial class LibtorchErrors
{
    /// <summary>The C++ library version that libLibTorchSharp.so requires without using it; the build marks it weak.</summary>
    public const string PatchedVersion = "GLIBCXX_3.4.32";

    /// <summary>The error for a native library that does not load.</summary>
    /// <param name="path">The library that was to be loaded.</param>
    /// <param name="cause">The exception that loading it threw, with the loader's own message.</param>
    public static ReMemException NotLoaded(string path, Exception cause)
    {
        string name = Path.GetFileName(path);
        Match version = MissingVersion().Match(cause.Message);
        if (version.Success && version.Groups[1].Value == PatchedVersion)
        {
            return new ReMemException(
                $"{name} requires {PatchedVersion}, which this system's libstdc++ lacks: the build's patch did not run on it.",
                path, "Delete the bin folders and build again; docs/libtorch.md has the details.", cause);
        }

        if (version.Success)
        {
            return new ReMemException($"{name} needs {version.Groups[1].Value}, which is newer than this system's.", path,
                "Use a newer system: Debian 12, Ubuntu 22.04, RHEL 9 or later.", cause);
        }

        Match file = MissingFile().Match(cause.Message);
        if (file.Success && file.Groups[1].Value != path)
        {
            string missing = file.Groups[1].Value;
            return new ReMemException($"{name} does not load: {missing} is missing.", path,
                missing.StartsWith("libtorch", StringComparison.Ordinal) && !missing.Contains("cu", StringComparison.Ordinal)
                    ? "Add the package ReMem.Cpu, which brings libtorch, to the program's project."
                    : missing.Contains("cu", StringComparison.Ordinal)
                    ? "Install the CUDA libraries that this libtorch was built for."
                    : $"Install {missing}.",
                cause);
        }

        Match symbol = MissingSymbol().Match(cause.Message);
        if (symbol.Success)
        {
            return new ReMemException($"{name} does not fit the libtorch that is loaded: it lacks {symbol.Groups[1].Value}.", path,
                $"Use libtorch {Libtorch.WantedVersion}, or unset {Libtorch.Variable}.", cause);
        }

        return new ReMemException($"{name} does not load: {LastLine(cause.Message)}", path,
            "Run 'remem doctor'; docs/libtorch.md has the details.", cause);
    }

    private static string LastLine(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line => !line.Contains("LD_DEBUG", StringComparison.Ordinal)) ?? "the loader gave no cause";
    }

    [GeneratedRegex(@"version [`'](\w+_[\d.]+)' not found")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(\S+): cannot open shared object file")]
    private static partial Regex MissingFile();

    [GeneratedRegex(@"undefined symbol: (\S+?)(,|\s|$)")]
    private static partial Regex MissingSymbol();
}
