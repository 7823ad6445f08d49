using System.Diagnostics;

namespace ReMem.Cli.Tests;

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
        // A test run in a shell's background ignores SIGINT, under nohup SIGHUP, and its children would inherit that.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", "dotnet"] : ["dotnet"];
        var info = new ProcessStartInfo(program[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
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
