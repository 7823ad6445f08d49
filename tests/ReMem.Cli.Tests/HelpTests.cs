using System.Text.Json;

namespace ReMem.Cli.Tests;

public class HelpTests
{
    [Theory]
    [InlineData("doctor")]
    [InlineData("models")]
    [InlineData("finetune")]
    [InlineData("probe")]
    [InlineData("distill")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("export")]
    [InlineData("inspect")]
    [InlineData("convert")]
    [InlineData("run")]
    [InlineData("sweep")]
    [InlineData("compare")]
    [InlineData("demo")]
    [InlineData("cache build")]
    [InlineData("cache info")]
    [InlineData("cache verify")]
    [InlineData("cache prune")]
    public void Every_command_has_help_with_an_example(string command)
    {
        CliResult help = Cli.Run([.. command.Split(' '), "--help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Example:", help.Out, StringComparison.Ordinal);
        Assert.Contains($"remem {command}", help.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_catalogue_and_the_doctor_answer_in_JSON()
    {
        JsonElement models = JsonDocument.Parse(Cli.Run("models", "resnet1", "--json").Out).RootElement;
        string?[] names = [.. models.EnumerateArray().Select(m => m.GetProperty("name").GetString())];
        Assert.Contains("resnet18", names);
        Assert.All(names, name => Assert.Contains("resnet", name, StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Cli.Run("doctor", "--json").Out).RootElement.ValueKind);
    }

    [Fact]
    public void The_version_is_one_line() => Assert.Matches(@"^\d+\.\d+\.\d+\S*\s*$", Cli.Run("--version").Out);
}
