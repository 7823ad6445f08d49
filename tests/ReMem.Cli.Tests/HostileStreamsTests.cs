using System.Diagnostics;

namespace ReMem.Cli.Tests;

/// <summary>
/// Full and closed streams, few file handles, a terminal that goes away, outputs that are no files,
/// and names that would steer the terminal.
/// </summary>
public class HostileStreamsTests
{
    [Theory]
    [InlineData("models >/dev/full", 1, "The results cannot be printed")]
    [InlineData("models >&-", 1, "The results cannot be printed: it is closed")]
    [InlineData("--help >/dev/full", 1, "The results cannot be printed")]
    [InlineData("models nosuch 2>/dev/full", 2, "")]
    [InlineData("models nosuch 2>&-", 2, "")]
    [InlineData("models | head -n 1", 0, "")]
    public void A_full_or_closed_stream_is_a_clean_end(string command, int code, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell and /dev/full");
        CliResult result = Shell($"set -o pipefail; dotnet \"$REMEM\" {command}");
        Assert.True(result.ExitCode == code, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_file_handles_are_reported_before_any_work()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell's limits");
        using var work = new Workspace();
        CliResult result = Shell($"ulimit -n 64; dotnet \"$REMEM\" finetune '{work.Photos(8, 3)}' --model vit_pico_patch4_32 "
            + $"--image-size 32 --epochs 1 --rho 0 --out '{work.At("teacher")}' training.batch_size=8");
        Assert.True(result.ExitCode == 1, result.Error);
        Assert.Contains("The system allows 64 open files; 256 are needed.", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.At("teacher")));
        Assert.Equal(0, Shell("ulimit -n 64; dotnet \"$REMEM\" models").ExitCode);
    }

    [Fact]
    public void A_terminal_that_goes_away_ends_the_work_with_its_state_saved()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals");
        using var work = new Workspace();
        string[] command =
        [
            "finetune", work.Photos(8, 3), "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "2000", "--rho", "0", "--out",
            work.At("teacher"), "training.batch_size=8",
        ];
        using Process process = Cli.Start(command);
        string checkpoint = work.At("teacher", "checkpoint.safetensors");
        while (!File.Exists(checkpoint) && !process.HasExited)
            Thread.Sleep(10);
        Process.Start("kill", ["-HUP", $"{process.Id}"])!.WaitForExit();
        CliResult result = Cli.Finish(process);
        Assert.True(result.ExitCode == 130, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains("interrupted", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(checkpoint));
    }

    [Fact]
    public void An_output_that_is_no_file_is_refused_and_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "devices");
        using var work = new Workspace();
        Process.Start("mkfifo", work.At("pipe.yaml"))!.WaitForExit();
        Cli.Run("init", work.Photos(8, 3), "--out", work.At("pipe.yaml")).IsBadInput("pipe.yaml");
        Assert.Equal(0, new FileInfo(work.At("pipe.yaml")).Length);
        Cli.Run("run", work.At("pipe.yaml"), "--out", work.At("run")).IsBadInput("is a pipe, not a file");
    }

    [Fact]
    public void Foreign_names_do_not_steer_the_terminal()
    {
        using var work = new Workspace();
        CliResult result = Cli.Run("predict", "--model-dir", work.At("a\u001b[31m\u202eb"), "x.png");
        result.IsBadInput("\\u001b[31m\\u202eb");
        Assert.DoesNotContain("\u001b", result.Error, StringComparison.Ordinal);
        Cli.Run("data", "inspect", Path.Combine(Cli.Root, "tests", "cases", "fuzz", "F-zip-escape.zip"))
            .IsBadInput("\\u001b]0;PWNED\\u0007");
    }

    private static CliResult Shell(string script)
    {
        var info = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["REMEM"] = Path.Combine(AppContext.BaseDirectory, "ReMem.Cli.dll");
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment["REMEM_CACHE"] = Path.Combine(AppContext.BaseDirectory, "cache");
        using Process process = Process.Start(info)!;
        return Cli.Finish(process);
    }
}
