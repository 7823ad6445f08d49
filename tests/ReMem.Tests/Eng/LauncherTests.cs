using System.Diagnostics;

namespace ReMem.Tests.Eng;

/// <summary>The launcher in a small repository of its own, with a stand-in for dotnet that writes down how it was called.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Dotnet = """
        #!/bin/sh
        echo "$@" >>"$(dirname "$0")/../calls"
        if [ "$1" = build ]; then
          echo "build noise"
          echo "build noise" >&2
          [ ! -f "$2/broken" ] || exit 1
          mkdir -p "$2/bin/Release/net10.0/linux-x64" "$2/obj"
          sleep "${BUILD_SECONDS:-0}"
          touch "$2/bin/Release/net10.0/linux-x64/ReMem.Cli.dll"
          exit 0
        fi
        shift
        echo "ran: $*"
        cat
        exit 7
        """;

    private readonly TemporaryFolder _folder = new("remem launcher-");

    public LauncherTests()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the launcher is a bash script");
            return;
        }

        File.Copy(Path.Combine(Repository.Root, "remem"), _folder.File("remem"));
        Write("path/dotnet", Dotnet);
        File.SetUnixFileMode(Path.Combine(_folder.Path, "path", "dotnet"), (UnixFileMode)0b111_101_101);
        foreach (string file in (string[])["src/ReMem/A.cs", "src/ReMem/B.cs", "src/ReMem.Cli/Program.cs", "eng/x.targets",
            "Directory.Build.props",
            "Directory.Build.targets", "global.json"])
            Write(file, "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_builds_with_one_line_on_stderr_and_passes_arguments_input_and_exit_code_through()
    {
        Result result = Start(["predict", "a b.jpg", "--top", "5"], input: "from stdin\n");
        Assert.Equal("ran: predict a b.jpg --top 5\nfrom stdin\n", result.Output);
        Assert.Equal("building remem (first start)...\n", result.Errors);
        Assert.Equal(7, result.Code);
        Assert.Equal(2, Calls().Length);
    }

    [Fact]
    public void A_second_start_does_not_build()
    {
        Start([]);
        Result second = Start(["--version"]);
        Assert.Equal("", second.Errors);
        Assert.Equal(3, Calls().Length);
    }

    [Theory]
    [InlineData("src/ReMem/A.cs")]
    [InlineData("eng/x.targets")]
    [InlineData("Directory.Build.props")]
    [InlineData("global.json")]
    public void A_changed_source_builds_again_once(string file)
    {
        Start([]);
        File.SetLastWriteTimeUtc(_folder.File(file), DateTime.UtcNow.AddSeconds(2));
        Assert.Equal("building remem (sources changed)...\n", Start([]).Errors);
        File.SetLastWriteTimeUtc(_folder.File(file), DateTime.UtcNow.AddSeconds(-2));
        Assert.Equal("", Start([]).Errors);
    }

    [Fact]
    public void A_deleted_source_builds_again_and_build_output_does_not()
    {
        Start([]);
        Write("src/ReMem/obj/late.cs", "");
        File.SetLastWriteTimeUtc(_folder.File("src/ReMem/obj/late.cs"), DateTime.UtcNow.AddSeconds(2));
        Assert.Equal("", Start([]).Errors);
        Thread.Sleep(20);
        File.Delete(_folder.File("src/ReMem/B.cs"));
        Assert.Equal("building remem (sources changed)...\n", Start([]).Errors);
    }

    [Fact]
    public void A_failed_build_shows_its_messages_and_is_tried_again()
    {
        Write("src/ReMem.Cli/broken", "");
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
        Assert.Single(Calls(), call => call.StartsWith("build ", StringComparison.Ordinal));
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
        start.Environment["PATH"] = path ?? $"{_folder.File("path")}:/usr/bin:/bin";
        start.Environment["BUILD_SECONDS"] = buildSeconds;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    private string[] Calls() => File.ReadAllLines(_folder.File("calls"));

    private void Write(string file, string text)
    {
        string path = _folder.File(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        // Older than any build, so that the test does not depend on the clock's resolution.
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-10));
    }

    private sealed record Result(int Code, string Output, string Errors);
}
