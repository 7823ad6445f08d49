using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace ReMem.Cli.Tests;

/// <summary>The command that a report prints is pasted into bash, and does the same again.</summary>
public sealed partial class RepeatTests : IDisposable
{
    /// <summary>What bash would read otherwise, in the names of files.</summary>
    private const string Odd = "it's \"$HOME\" `id` [a-z]* {1..2} \\ & ; ~ # !é";

    private static readonly string Teacher = Path.Combine(Cli.Root, "demo", "teacher", "model.safetensors");

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Of_runs_and_comparisons()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash");
        string recipe = $"{Odd}.yaml", run = $"run ? {Odd}", compared = $"compared {Odd}";
        File.WriteAllText(_work.At(recipe), $"""
            name: tiny
            threads: 1
            data: {'{'} source: {Yaml(Photos())}, image_size: 32, crop_pct: 1 {'}'}
            teacher: {'{'} model: vit_pico_patch4_32, training: {'{'} epochs: 1, batch_size: 16 {'}'} {'}'}
            student: {'{'} model: resnet20, training: {'{'} epochs: 1, batch_size: 16 {'}'} {'}'}
            information: {'{'} image_size: 16, epochs: 0 {'}'}
            """);
        Repeats(["run", recipe, "methods=[standard]", "--out", run], run, "report.html");
        Repeats(["compare", $"a 'group'={run}", "--out", compared], compared, "teachers.html");
    }

    [Fact]
    public void Of_probes()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash");
        string weights = $"teacher {Odd}.safetensors";
        File.Copy(Teacher, _work.At(weights));
        string[] probe = ["probe", Photos(), "--model", "vit_pico_patch4_32", "--weights", weights, "image_size=8", "epochs=0", "seeds=2",
            "--out"];
        Repeats([.. probe, "p*", "--pictures", "2"], "p*", "pictures.html");
        Repeats([.. probe, "$b", "--blocks", "--top", "1"], "$b", "blocks.html");
    }

    [Fact]
    public void Of_a_proposed_recipe()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash");
        string recipe = $"-{Odd}.yaml";
        CliResult made = Call(only: false, "init", Photos(), "--model", "vit_pico_patch4_32", "--weights", Teacher, $"--out={recipe}");
        Assert.True(made.ExitCode == 0, made.Error);
        string[] printed = [.. made.Out.Split('\n').Where(l => l.Contains("remem run", StringComparison.Ordinal))
            .Select(l => l[l.IndexOf("remem run", StringComparison.Ordinal)..])];
        string[] noted = [.. File.ReadAllLines(_work.At(recipe)).Where(l => l.Contains(": remem run", StringComparison.Ordinal))
            .Select(l => l[l.LastIndexOf("remem run", StringComparison.Ordinal)..])];
        Assert.Equal((2, 1), (printed.Length, noted.Length));
        string[][] read = [.. printed.Concat(noted).Select(line => Paste(line, only: true).Arguments)];
        Assert.Equal(
            [["run", $"./{recipe}", "--smoke"], ["run", $"./{recipe}"], ["run", $"./{recipe}", "seeds=[0]", "student.training.epochs=5"]],
            read);
    }

    /// <summary>Runs a command, and pastes what its report says: the arguments are the same, and so is what lies in the folder.</summary>
    private void Repeats(string[] arguments, string folder, string report)
    {
        CliResult first = Call(only: false, arguments);
        Assert.True(first.ExitCode == 0, first.Error);
        Match command = Command().Match(File.ReadAllText(_work.At(folder, report)));
        Assert.True(command.Success, "the report says no command");
        string[] before = Listed();
        File.Delete(_work.At(folder, report));
        (CliResult again, string[] received) = Paste(WebUtility.HtmlDecode(command.Groups[1].Value), only: false);
        Assert.Equal(arguments, received);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.True(File.Exists(_work.At(folder, report)));
        Assert.Equal(before, Listed());
    }

    private string[] Listed() => [.. Directory.GetFileSystemEntries(_work.Path, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".remem-arguments", StringComparison.Ordinal)).Order()];

    private string Photos() => Path.GetFileName(_work.Photos(18, 12, $"photos {Odd.Replace('/', ' ')}"));

    private static string Yaml(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private CliResult Call(bool only, params string[] arguments) => Bash(only, ["-c", "remem \"$@\"", "bash", .. arguments]);

    private (CliResult Result, string[] Arguments) Paste(string commandLine, bool only)
    {
        CliResult result = Bash(only, ["-c", commandLine]);
        return (result, File.ReadAllText(_work.At(".remem-arguments")).Split('\0')[..^1]);
    }

    /// <summary>Runs bash in the workspace, where remem is the built program, which first writes down what it is given.</summary>
    /// <param name="only">Whether it does nothing more than that.</param>
    /// <param name="arguments">bash's.</param>
    private CliResult Bash(bool only, params string[] arguments)
    {
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "remem-on-path")).FullName,
            program = Path.Combine(folder, "remem");
        var info = new ProcessStartInfo("/bin/bash")
        {
            WorkingDirectory = _work.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        info.ArgumentList.Add("--norc");
        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment["REMEM_CACHE"] = Path.Combine(AppContext.BaseDirectory, "cache");
        info.Environment["REMEM_PROGRAM"] = only ? "" : Path.Combine(AppContext.BaseDirectory, "ReMem.Cli.dll");
        File.WriteAllText(program,
            "#!/bin/bash\nprintf '%s\\0' \"$@\" > .remem-arguments\n[ -z \"$REMEM_PROGRAM\" ] || exec dotnet \"$REMEM_PROGRAM\" \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using Process process = Process.Start(info)!;
        process.StandardInput.Close();
        return Cli.Finish(process);
    }

    [GeneratedRegex("<h2>To repeat it</h2>.*?<pre[^>]*><code>(.*?)</code></pre>", RegexOptions.Singleline)]
    private static partial Regex Command();
}
