using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ReMem.Cli.Tests;

/// <summary>
/// Every command that README and docs/ print is one that the program takes, and is run where a clone has all that it needs.
/// </summary>
public sealed partial class DocsTests
{
    /// <summary>The first line of a block whose commands need more than a clone of the repository.</summary>
    private const string Needs = "# needs ";

    /// <summary>Pages whose commands are recipes of results: they need data and hours, which each page says.</summary>
    private const string Results = "docs/results/";

    private static readonly string[] Pages =
    [
        "README.md",
        .. Directory.GetFiles(Path.Combine(Cli.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(Cli.Root, page).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> PagesWithCommands => [.. Pages.Where(page => Blocks(page).Any())];

    public static TheoryData<string> PagesThatRun =>
        [.. Pages.Where(page => Blocks(page).Any(Runs)).Where(page => !page.StartsWith(Results, StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void A_command_on_a_page_is_one_that_the_program_takes(string page)
    {
        System.CommandLine.Command root = CommandTree.Create();
        foreach (string command in Blocks(page).SelectMany(Commands))
        {
            string[] words = [.. Words(command)];
            Assert.Equal("./remem", words[0]);
            IReadOnlyList<string> errors = CommandLineErrors.Of(root.Parse(words[1..]), words[1..]);
            Assert.True(errors.Count == 0, $"{page}: {command}: {string.Join(' ', errors)}");
        }
    }

    [Theory]
    [MemberData(nameof(PagesThatRun))]
    public void A_command_that_needs_no_more_than_a_clone_runs(string page)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash");
        using var work = new Workspace();
        foreach (string name in new[] { "demo", "recipes" })
            Directory.CreateSymbolicLink(work.At(name), Path.Combine(Cli.Root, name));
        // As printed, but for trainings, which get a few of the images.
        File.WriteAllText(work.At("remem"), $$"""
            #!/bin/bash
            case "$1 $2" in
            "finetune demo/emoji" | "distill demo/emoji") set -- "$@" data.subset.per_class=2 ;;
            esac
            exec dotnet '{{Path.Combine(AppContext.BaseDirectory, "ReMem.Cli.dll")}}' "$@"

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(work.At("remem"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string block in Blocks(page).Where(Runs))
        {
            CliResult result = Bash(work.Path, block);
            Assert.True(result.ExitCode == 0, $"{page}: {block}\n{result.Out}\n{result.Error}");
        }
    }

    [Fact]
    public void Every_page_is_in_the_index_and_every_link_leads_somewhere()
    {
        string index = Read("docs/README.md");
        Assert.All(
            Pages.Where(page => page is not ("README.md" or "docs/README.md")),
            page => Assert.Contains($"({page["docs/".Length..]})", index, StringComparison.Ordinal));
        foreach (string page in Pages)
        {
            foreach (string link in Link().Matches(Read(page)).Select(m => m.Groups[1].Value)
                .Where(l => !l.Contains("://", StringComparison.Ordinal)))
            {
                string[] parts = link.Split('#', 2);
                string file = parts[0].Length == 0
                    ? page
                    : Path.GetRelativePath(Cli.Root, Path.GetFullPath(Path.Combine(Cli.Root, Path.GetDirectoryName(page)!, parts[0])));
                Assert.True(Path.Exists(Path.Combine(Cli.Root, file)), $"{page} links to {link}");
                if (parts.Length == 2)
                    Assert.True(Anchors(Read(file)).Contains(parts[1]), $"{page} links to {link}, and {file} has no such heading");
            }
        }
    }

    /// <summary>The headings of a page as the anchors that GitHub makes of them.</summary>
    private static HashSet<string> Anchors(string text) =>
        [.. Heading().Matches(text).Select(m => Unlinkable().Replace(m.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static string Read(string page) => File.ReadAllText(Path.Combine(Cli.Root, page)).ReplaceLineEndings("\n");

    /// <summary>The fenced blocks with commands of the program.</summary>
    private static IEnumerable<string> Blocks(string page) =>
        Block().Matches(Read(page)).Select(m => m.Groups[1].Value).Where(block => Commands(block).Any());

    private static bool Runs(string block) =>
        !block.StartsWith(Needs, StringComparison.Ordinal) && !block.StartsWith("./remem demo\n", StringComparison.Ordinal);

    /// <summary>A block's commands of the program, each on one line and without comments, redirections and variables.</summary>
    private static IEnumerable<string> Commands(string block) =>
        Continued().Replace(block, " ").Split('\n').SelectMany(line => line.Split("&&"))
        .Select(line => Surroundings().Replace(Comment().Replace(line, ""), "").Trim())
        .Where(line => line.StartsWith("./remem ", StringComparison.Ordinal));

    /// <summary>Words as bash reads them, of the quotes that pages use.</summary>
    private static IEnumerable<string> Words(string command) =>
        Word().Matches(command).Select(m => m.Value.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal));

    private static CliResult Bash(string folder, string script)
    {
        var info = new ProcessStartInfo("/bin/bash")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in new[] { "--norc", "-e", "-c", script })
            info.ArgumentList.Add(argument);
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment["REMEM_CACHE"] = Path.Combine(AppContext.BaseDirectory, "cache");
        using Process process = Process.Start(info)!;
        process.StandardInput.Close();
        return Cli.Finish(process);
    }

    [GeneratedRegex(@"(?ms)^```\w*\n(.*?)^```$")]
    private static partial Regex Block();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"(?<=^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*[A-Z_]+=\S*\s|\s>.*$")]
    private static partial Regex Surroundings();

    [GeneratedRegex("""(?:[^\s'"]|'[^']*'|"[^"]*")+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^#{1,6} (.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Unlinkable();
}
