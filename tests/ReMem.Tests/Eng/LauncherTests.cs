using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ReMem.Tests.Eng;

/// <summary>The launcher in a small repository of its own, with a stand-in for dotnet that writes down how it was called.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly StandInRepository _folder = new();

    public LauncherTests()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the launcher is a bash script");
            return;
        }

        File.Copy(Path.Combine(Repository.Root, "remem"), _folder.File("remem"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_builds_with_one_line_on_stderr_and_passes_arguments_input_and_exit_code_through()
    {
        Result result = Start(["predict", "a b.jpg", "--top", "5"], input: "from stdin\n");
        Assert.Equal("ran: predict a b.jpg --top 5\nfrom stdin\n", result.Output);
        Assert.Equal("building remem (first start)...\n", result.Errors);
        Assert.Equal(7, result.Code);
        Assert.Equal(2, _folder.Calls().Length);
    }

    [Fact]
    public void A_second_start_does_not_build()
    {
        Start([]);
        Result second = Start(["--version"]);
        Assert.Equal("", second.Errors);
        Assert.Equal(3, _folder.Calls().Length);
    }

    [Theory]
    [InlineData("src/ReMem/A.cs")]
    [InlineData("eng/x.targets")]
    [InlineData("Directory.Build.props")]
    [InlineData("global.json")]
    [InlineData("demo/emoji/a.parquet")]
    [InlineData("recipes/demo.yaml")]
    public void A_changed_source_builds_again_once(string file)
    {
        Start([]);
        _folder.Touch(file, 2);
        Assert.Equal("building remem (sources changed)...\n", Start([]).Errors);
        _folder.Touch(file, -2);
        Assert.Equal("", Start([]).Errors);
    }

    [Fact]
    public void A_deleted_source_builds_again_and_build_output_does_not()
    {
        Start([]);
        _folder.Write("src/ReMem/obj/late.cs", "");
        _folder.Touch("src/ReMem/obj/late.cs", 2);
        Assert.Equal("", Start([]).Errors);
        Thread.Sleep(20);
        File.Delete(_folder.File("src/ReMem/B.cs"));
        Assert.Equal("building remem (sources changed)...\n", Start([]).Errors);
    }

    [Fact]
    public void A_program_that_is_gone_is_built_again()
    {
        Start([]);
        Assert.Equal($"build {_folder.File("src/ReMem.Cli")} -c Release -r {RuntimeInformation.RuntimeIdentifier}",
            _folder.Calls()[0][.._folder.Calls()[0].IndexOf(" -v", StringComparison.Ordinal)]);
        Directory.Delete(_folder.File("src/ReMem.Cli/bin/Release/net10.0"), recursive: true);
        Assert.Equal("building remem (sources changed)...\n", Start([]).Errors);
    }

    [Fact]
    public void A_build_for_another_machine_in_the_same_folder_is_not_taken()
    {
        _folder.Write("src/ReMem.Cli/bin/Release/net10.0/another-arm64/ReMem.Cli.dll", "");
        _folder.Write("src/ReMem.Cli/bin/Release/remem-another-arm64.stamp", "");
        Assert.Equal("building remem (first start)...\n", Start([]).Errors);
        Assert.DoesNotContain("another", string.Join('\n', _folder.Calls()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_build_shows_its_messages_and_is_tried_again()
    {
        _folder.Write("src/ReMem.Cli/broken", "");
        Result failed = Start(["demo"]);
        Assert.Equal(1, failed.Code);
        Assert.Equal("", failed.Output);
        Assert.Equal("building remem (first start)...\nbuild noise\nbuild noise\nremem: the build failed; its messages are above\n",
            failed.Errors);
        File.Delete(_folder.File("src/ReMem.Cli/broken"));
        Assert.Equal(7, Start([]).Code);
    }

    [Fact]
    public void It_finds_its_folder_through_links()
    {
        string elsewhere = Directory.CreateDirectory(_folder.File("else where")).FullName;
        File.CreateSymbolicLink(Path.Combine(elsewhere, "relative"), "../remem");
        File.CreateSymbolicLink(Path.Combine(elsewhere, "twice"), Path.Combine(elsewhere, "relative"));
        Assert.Equal("ran: x\n", Start(["x"], script: Path.Combine(elsewhere, "twice")).Output);
    }

    [Fact]
    public async Task Two_starts_at_once_build_once()
    {
        if (!File.Exists("/usr/bin/flock"))
            Assert.Skip("flock is not installed");
        Task<Result> first = Task.Run(() => Start(["a"], buildSeconds: "0.3"));
        Task<Result> second = Task.Run(() => Start(["b"], buildSeconds: "0.3"));
        Assert.Equal("ran: a\n", (await first).Output);
        Assert.Equal("ran: b\n", (await second).Output);
        Assert.Single(_folder.Calls(), call => call.StartsWith("build ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_dotnet_is_one_line()
    {
        File.Delete(Path.Combine(_folder.Path, "path", "dotnet"));
        foreach (string tool in (string[])["bash", "dirname", "readlink", "find", "env"])
            File.CreateSymbolicLink(Path.Combine(_folder.Path, "path", tool), $"/usr/bin/{tool}");
        Result result = Start([], path: _folder.File("path"));
        Assert.Equal(1, result.Code);
        Assert.Equal("remem: dotnet is not on the PATH; install the .NET 10 SDK (https://dot.net) and try again\n", result.Errors);
    }

    private Result Start(string[] arguments, string input = "", string? script = null, string? path = null, string buildSeconds = "0")
    {
        var start = new ProcessStartInfo("/bin/bash", [script ?? _folder.File("remem"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PATH"] = path ?? _folder.Programs;
        start.Environment["BUILD_SECONDS"] = buildSeconds;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    private sealed record Result(int Code, string Output, string Errors);
}
