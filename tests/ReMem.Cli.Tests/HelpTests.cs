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

    /// <summary>The loader itself writes down what a process loads: sizes have to be had where a convolution would end it.</summary>
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
}
