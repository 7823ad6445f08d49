using System.Diagnostics;

namespace ReMem.Tests.Eng;

/// <summary>
/// The part of remem.cmd that decides and builds, run by the PowerShell of the repository's tool manifest. What remains in remem.cmd
/// itself, which needs Windows, is starting the program whose path this part writes.
/// </summary>
public sealed class WindowsLauncherTests : IDisposable
{
    private static readonly Lazy<string?> Missing = new(Restore);
    private readonly StandInRepository _folder = new();

    public WindowsLauncherTests()
    {
        if (Missing.Value is { } why)
            Assert.Skip($"PowerShell cannot be restored: {why}");
        File.Copy(Path.Combine(Repository.Root, "eng", "launcher.ps1"), _folder.File("eng/launcher.ps1"));
        _folder.Touch("eng/launcher.ps1", -10);
    }

    private string Program => _folder.File("src/ReMem.Cli/bin/Release/net10.0/linux-x64/ReMem.Cli.dll");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_builds_where_it_must_and_writes_the_programs_path_alone()
    {
        Assert.Equal((0, Program, "building remem (first start)..."), Start());
        Assert.StartsWith($"build {_folder.File("src/ReMem.Cli")} -c Release -r linux-x64 ", Assert.Single(_folder.Calls()),
            StringComparison.Ordinal);
        Assert.Equal((0, Program, ""), Start());

        // A change in each place that the other launcher looks at, and in two that it does not.
        foreach (string file in (string[])["src/ReMem/A.cs", "eng/x.targets", "Directory.Build.props", "global.json",
            "demo/emoji/a.parquet", "recipes/demo.yaml"])
        {
            _folder.Touch(file, 5);
            Assert.Equal((file, (0, Program, "building remem (sources changed)...")), (file, Start()));
            _folder.Touch(file, -5);
        }

        _folder.Write("src/ReMem/obj/late.cs", "");
        foreach (string file in (string[])["src/ReMem/obj/late.cs", "recipes/other.yaml"])
        {
            _folder.Touch(file, 5);
            Assert.Equal((file, (0, Program, "")), (file, Start()));
        }
    }

    [Fact]
    public void A_deleted_source_and_a_program_that_is_gone_build_again()
    {
        Start();
        Thread.Sleep(20);
        File.Delete(_folder.File("src/ReMem/B.cs"));
        Assert.Equal((0, Program, "building remem (sources changed)..."), Start());
        File.Delete(Program);
        Assert.Equal((0, Program, "building remem (sources changed)..."), Start());
    }

    [Fact]
    public void A_failed_build_shows_its_messages_and_is_tried_again()
    {
        _folder.Write("src/ReMem.Cli/broken", "");
        (int code, string output, string errors) = Start();
        Assert.Equal((1, ""), (code, output));
        Assert.Equal(["building remem (first start)...", "build noise", "build noise", "remem: the build failed; its messages are above"],
            errors.Split('\n'));
        File.Delete(_folder.File("src/ReMem.Cli/broken"));
        Assert.Equal((0, Program, "building remem (first start)..."), Start());
    }

    [Fact]
    public async Task Two_starts_at_once_build_once()
    {
        (int, string, string)[] both = await Task.WhenAll(Task.Run(() => Start("2")), Task.Run(() => Start("2")));
        Assert.All(both, start => Assert.Equal((0, Program), (start.Item1, start.Item2)));
        Assert.Single(_folder.Calls());
    }

    private (int Code, string Output, string Errors) Start(string buildSeconds = "0")
    {
        ProcessStartInfo start = Dotnet("tool", "run", "pwsh", "--", "-NoProfile", "-File", _folder.File("eng/launcher.ps1"),
            "-Root", _folder.Path, "-Runtime", "linux-x64");
        start.Environment["PATH"] = _folder.Programs;
        start.Environment["BUILD_SECONDS"] = buildSeconds;
        return Finish(start);
    }

    private static string? Restore()
    {
        if (OperatingSystem.IsWindows())
            return "the stand-in for dotnet is a shell script";
        (int code, string output, string errors) = Finish(Dotnet("tool", "restore"));
        return code == 0 ? null : (errors + output).Trim().Split('\n')[0];
    }

    private static ProcessStartInfo Dotnet(params string[] arguments) => new(
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "dotnet"))
            .First(File.Exists), arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Repository.Root,
    };

    private static (int Code, string Output, string Errors) Finish(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), errors.GetAwaiter().GetResult().Trim().ReplaceLineEndings("\n"));
    }
}
