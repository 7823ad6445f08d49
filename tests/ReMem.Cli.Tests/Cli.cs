using System.Diagnostics;

namespace ReMem.Cli.Tests;

/// <summary>What a run of the program left.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>The error is one sentence with its place and its remedy, not a stack trace, and stdout is empty.</summary>
    public void IsBadInput(params string[] parts)
    {
        Assert.True(ExitCode == 2, $"exit code {ExitCode}: {Error}");
        Assert.Empty(Out);
        Assert.Contains("error: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        foreach (string part in parts)
            Assert.Contains(part, Error, StringComparison.Ordinal);
    }
}

/// <summary>Runs the built program as a process.</summary>
internal static class Cli
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static string Root { get; } = FindRoot();

    public static CliResult Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Finish(process);
    }

    /// <summary>Runs with more environment variables.</summary>
    public static CliResult RunWith(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        using Process process = StartWith(variables, arguments);
        return Finish(process);
    }

    /// <summary>Runs with text on standard input.</summary>
    public static CliResult RunWithInput(string input, params string[] arguments)
    {
        using Process process = StartWith(new Dictionary<string, string>(), arguments, input);
        return Finish(process);
    }

    public static Process Start(params string[] arguments) => StartWith(new Dictionary<string, string>(), arguments);

    public static Process StartWith(IReadOnlyDictionary<string, string> variables, string[] arguments, string input = "")
    {
        // A test run in a shell's background ignores SIGINT, and its children would inherit that.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        var info = new ProcessStartInfo(program[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string part in program[1..])
            info.ArgumentList.Add(part);
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ReMem.Cli.dll"));
        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment["REMEM_CACHE"] = Path.Combine(AppContext.BaseDirectory, "cache");
        foreach ((string name, string value) in variables)
            info.Environment[name] = value;
        Process process = Process.Start(info)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return process;
    }

    public static CliResult Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("the program did not end");
        }

        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ReMem.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

/// <summary>A folder of a test's own, removed after it, with small drawings of classes that colour tells apart.</summary>
internal sealed class Workspace : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("remem-cli-").FullName;

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Makes train/, val/ and test/ with that many images a class; classes are "blue", "green", "red".</summary>
    public string Photos(int train = 24, int rest = 8, string name = "photos")
    {
        (string Name, SkiaSharp.SKColor Color)[] classes = [("blue", new(40, 60, 200)), ("green", new(40, 180, 60)), ("red", new(200, 50, 40))];
        foreach ((string split, int count) in new[] { ("train", train), ("val", rest), ("test", rest) })
        {
            foreach (var (label, color) in classes)
            {
                Directory.CreateDirectory(At(name, split, label));
                for (int i = 0; i < count; i++)
                    Draw(At(name, split, label, $"{i}.png"), color, (split.Length * 1000) + i);
            }
        }

        return At(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Draw(string file, SkiaSharp.SKColor color, int seed)
    {
        using var bitmap = new SkiaSharp.SKBitmap(40, 40);
        var random = new Random(seed);
        for (int y = 0; y < 40; y++)
        {
            for (int x = 0; x < 40; x++)
                bitmap.SetPixel(x, y, new SkiaSharp.SKColor(Near(color.Red), Near(color.Green), Near(color.Blue)));
        }

        byte Near(byte value) => (byte)Math.Clamp(value + random.Next(-40, 41), 0, 255);
        File.WriteAllBytes(file, bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100).ToArray());
    }
}
