using System.Text;
using ReMem.Recipes;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Cli.Output;

/// <summary>Every setting of a recipe, as Markdown: docs/settings.md is this page.</summary>
internal static class SettingsPage
{
    private const string Head = """
        # Settings

        Every setting of a recipe, as `./remem settings --markdown` prints them. In a recipe file they are nested by their dots;
        on the command line they are `key=value` (`teacher.training.epochs=3`), and a command's own options stand for some of them.
        A value out of its range, an unknown key (with the nearest known one) and settings that contradict each other are refused
        with file and line before any work.
        """;

    /// <summary>The page.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder(Head).Append('\n');
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (IGrouping<string, RecipeSetting> block in RecipeSetting.All.GroupBy(s => s.Block))
        {
            string rows =
                string.Concat(block.Select(s => $"| `{s.Name}` | {s.Kind} | {Cell($"`{s.DefaultText}`")} | {Cell(SettingHelp.Of(s))} |\n"));
            page.Append('\n').Append($"## {(block.Key.Length == 0 ? "The recipe itself" : block.Key)}\n\n");
            if (shown.TryGetValue(rows, out string? same))
            {
                page.Append($"The settings of [{same}](#{same.Replace(".", "", StringComparison.Ordinal)}).\n");
                continue;
            }

            shown[rows] = block.Key;
            page.Append("| key | may be | default | what it is |\n| --- | --- | --- | --- |\n").Append(rows);
        }

        AddForms(page);
        page.Append("\n## Methods\n\n| method | what it does |\n| --- | --- |\n");
        foreach (TeacherMethod method in TeacherMethod.All)
            page.Append($"| `{method.Name}` | {Cell(method.Description)} |\n");
        return page.ToString();
    }

    /// <summary>What texts with forms may be, once for each reader.</summary>
    private static void AddForms(StringBuilder page)
    {
        page.Append(
            "\n## Forms\n\nNumbers stand in brackets: `every(5)`. Those that are left out have their defaults, where there are some.\n");
        foreach (IGrouping<Type, RecipeSetting> reader in RecipeSetting.All.Where(s => s.Reader is not null)
            .GroupBy(s => s.Reader!.GetType()))
        {
            page.Append($"\n### {string.Join(", ", reader.Select(s => s.Key))}\n\n| form | what it means |\n| --- | --- |\n");
            foreach (SettingForm form in reader.First().Reader!.Forms)
                page.Append($"| `{form.Text}` | {Cell(form.Description)} |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
