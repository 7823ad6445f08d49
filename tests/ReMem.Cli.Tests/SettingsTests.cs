using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ReMem.Cli.Output;

namespace ReMem.Cli.Tests;

public partial class SettingsTests
{
    [Fact]
    public void The_page_of_the_docs_is_what_the_program_prints()
    {
        string page = SettingsPage.Markdown();
        Assert.True(
            page == File.ReadAllText(Path.Combine(Cli.Root, "docs", "settings.md")),
            "docs/settings.md is not up to date: ./remem settings --markdown > docs/settings.md");
        Assert.DoesNotContain("| |", page.Replace("| key | may be |", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_described_with_the_default_that_its_record_has()
    {
        int stated = 0;
        foreach (PropertyInfo property in SettingHelp.Described)
        {
            string text = SettingHelp.Whole(property);
            Assert.True(text.Length > 10, $"{property.DeclaringType!.Name}.{property.Name} has no sentence");
            if (OneWordDefault().Match(text) is not { Success: true } match || property.DeclaringType!.GetConstructor([]) is null)
                continue;
            object? value = property.GetValue(Activator.CreateInstance(property.DeclaringType));
            if (value is null or System.Collections.IEnumerable and not string)
                continue;
            string expected = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
            Assert.True(Same(match.Groups[1].Value, expected),
                $"{property.DeclaringType.Name}.{property.Name} says 'Default {match.Groups[1].Value}' and is {expected}");
            stated++;
        }

        Assert.True(stated > 60, $"{stated}");
    }

    [Fact]
    public void The_command_finds_settings_by_a_part_of_their_key()
    {
        CliResult found = Cli.Run("settings", "teacher.rho", "--json");
        JsonElement[] rows = [.. JsonDocument.Parse(found.Out).RootElement.EnumerateArray()];
        Assert.Equal(["teacher.rho", "teacher.rho_schedule"], rows.Select(r => r.GetProperty("key").GetString()));
        Assert.Equal(("0.05", "number, 0 to 10"), (rows[0].GetProperty("default").GetString(), rows[0].GetProperty("kind").GetString()));
        Assert.Contains("Forms: constant, linear(start), cosine(start), lr.", Cli.Run("settings", "rho_schedule").Out,
            StringComparison.Ordinal);
        Cli.Run("settings", "teacher.rhoo").IsBadInput("did you mean 'teacher.rho'?");
    }

    [Fact]
    public void Options_of_commands_have_the_settings_sentence_default_and_check()
    {
        Command finetune = CommandTree.Create().Subcommands.Single(c => c.Name == "finetune");
        Option Named(string name) => finetune.Options.Single(o => o.Name == name);
        Assert.StartsWith("Passes over the training split, 1 to 10000.", Named("--epochs").Description, StringComparison.Ordinal);
        Assert.Contains("every(k)", Named("--sharpness").Description, StringComparison.Ordinal);
        Assert.Equal("0.05", Named("--rho").GetDefaultValue());
        Cli.Run("finetune", "photos", "--model", "vit_pico_patch4_32", "--epochs", "0", "--out", "x")
            .IsBadInput("'teacher.training.epochs' is '0'; it must be between 1 and 10000.");
        Cli.Run("finetune", "photos", "--model", "vit_pico_patch4_32", "--epochs", "two", "--out", "x")
            .IsBadInput("'teacher.training.epochs' is 'two'; it must be a whole number.");
    }

    private static bool Same(string said, string value) =>
        double.TryParse(said, out double a) && double.TryParse(value, out double b)
            ? a == b
            : string.Equals(said, value, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@" Default ([^\s]+)\.$")]
    private static partial Regex OneWordDefault();
}
