using System.CommandLine;
using System.Text.Json;

namespace ReMem.Cli.Tests;

public class HelpTests
{
    /// <summary>Every command that is not hidden, from the root on, as it is typed.</summary>
    public static TheoryData<string> Commands => [.. Below(CommandTree.Create(), "").Select(c => c.Path)];

    /// <summary>Those of them that only hold others have no example.</summary>
    public static TheoryData<string> CommandsThatAct =>
        [.. Below(CommandTree.Create(), "").Where(c => c.Command.Subcommands.Count == 0).Select(c => c.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_help_that_says_how_it_is_called(string path)
    {
        Command command = Below(CommandTree.Create(), "").Single(c => c.Path == path).Command;
        string help = Help(path);
        Assert.Matches($@"(?m)^Usage:\n  {$"remem {path}".TrimEnd()} [<\[]", help.ReplaceLineEndings("\n"));
        Assert.DoesNotContain("ReMem.Cli", help, StringComparison.Ordinal);
        Assert.All(command.Options, option => Assert.Contains(option.Name, help, StringComparison.Ordinal));
        Assert.All(command.Options.Concat<Symbol>(command.Arguments).Append(command),
            symbol => Assert.False(string.IsNullOrWhiteSpace(symbol.Description), symbol.Name));
        Assert.All(command.Subcommands.Where(c => !c.Hidden), below => Assert.Contains(below.Name, help, StringComparison.Ordinal));
        Assert.True(command.Subcommands.Count > 0 || help.Contains("Example:", StringComparison.Ordinal), "an example is missing");
    }

    [Theory]
    [MemberData(nameof(CommandsThatAct))]
    public void Every_example_is_a_command_line_that_fits(string path)
    {
        Command root = CommandTree.Create();
        Command command = Below(root, "").Single(c => c.Path == path).Command;
        string example = command.Description!.Split("Example:\n")[1];
        Assert.StartsWith($"remem {path}", example.Trim(), StringComparison.Ordinal);
        foreach (string line in example.Split("&&"))
        {
            string[] words = line.Split('>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("remem", words[0]);
            Assert.Empty(CommandLineErrors.Of(root.Parse(words[1..]), words[1..]));
        }
    }

    [Fact]
    public void The_program_itself_prints_it()
    {
        foreach (string[] arguments in new string[][] { ["--help"], ["cache", "build", "-h"] })
        {
            CliResult help = Cli.Run(arguments);
            Assert.Equal((0, ""), (help.ExitCode, help.Error));
            Assert.Matches($@"(?m)^  {string.Join(' ', ["remem", .. arguments[..^1]])} [<\[]", help.Out);
            Assert.DoesNotContain("ReMem.Cli", help.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_catalogue_and_the_doctor_answer_in_JSON()
    {
        JsonElement models = JsonDocument.Parse(Cli.Run("models", "resnet1", "--json").Out).RootElement;
        string?[] names = [.. models.EnumerateArray().Select(m => m.GetProperty("name").GetString())];
        Assert.Contains("resnet18", names);
        Assert.All(names, name => Assert.Contains("resnet", name, StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Cli.Run("doctor", "--no-check", "--json").Out).RootElement.ValueKind);
    }

    /// <summary>The loader itself logs what a process loads: sizes must be available where a convolution would end the process.</summary>
    [Fact]
    public void The_catalogue_loads_no_libtorch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "glibc's LD_DEBUG");
        CliResult listed = Cli.RunWith(new Dictionary<string, string> { ["LD_DEBUG"] = "files" }, "models", "--json");
        Assert.Equal(0, listed.ExitCode);
        Assert.True(JsonDocument.Parse(listed.Out).RootElement.GetArrayLength() > 100);
        Assert.SkipUnless(listed.Error.Contains("libcoreclr", StringComparison.Ordinal), "the loader is not glibc's");
        Assert.DoesNotContain("libtorch", listed.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_version_is_one_line() => Assert.Matches(@"^\d+\.\d+\.\d+\S*\s*$", Cli.Run("--version").Out);

    private static string Help(string path)
    {
        using var text = new StringWriter();
        string[] arguments = [.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];
        Assert.Equal(0, CommandTree.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = text }));
        return text.ToString();
    }

    private static IEnumerable<(string Path, Command Command)> Below(Command command, string path) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(c => Below(c, $"{path} {c.Name}".TrimStart())).Prepend((path, command));
}
