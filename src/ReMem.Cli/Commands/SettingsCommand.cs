using System.CommandLine;
using ReMem.Cli.Output;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem settings: what a recipe may say.</summary>
internal static class SettingsCommand
{
    private const int KeyWidth = 42;

    public static Command Create()
    {
        var filter = new Argument<string?>("FILTER") { Description = "A part of the key.", Arity = ArgumentArity.ZeroOrOne };
        var markdown = new Option<bool>("--markdown") { Description = "Print the page docs/settings.md." };
        var json = Common.Json();
        Command command = Common.Command(
            "settings", "List the settings of a recipe: key, default, what it may be, and what it is.", "remem settings training.lr");
        foreach (Symbol symbol in new Symbol[] { filter, markdown, json })
            command.AddSymbol(symbol);
        command.Action((parsed, _) =>
        {
            string part = parsed.GetValue(filter) ?? string.Empty;
            if (parsed.GetValue(markdown))
            {
                if (part.Length > 0 || parsed.GetValue(json))
                    throw new InputException("--markdown prints all settings; give no filter and no --json with it.", "command line");
                Console.Write(SettingsPage.Markdown());
                return ExitCodes.Done;
            }

            RecipeSetting[] found = [.. RecipeSetting.All.Where(s => s.Key.Contains(part, StringComparison.OrdinalIgnoreCase))];
            if (found.Length == 0)
                throw Nearest.Unknown("setting", part, [.. RecipeSetting.All.Select(s => s.Key)], "FILTER");
            if (parsed.GetValue(json))
            {
                Common.PrintJson(found.Select(s => new { s.Key, Default = s.DefaultText, s.Kind, Help = SettingHelp.Of(s) }));
                return ExitCodes.Done;
            }

            foreach (RecipeSetting setting in found)
            {
                Console.WriteLine(
                    $"{setting.Key.PadRight(KeyWidth)} {setting.DefaultText}  ({setting.Kind})\n    {SettingHelp.Of(setting)}");
                if (setting.Reader is { } reader)
                    Console.WriteLine($"    Forms: {string.Join(", ", reader.Forms)}.");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
