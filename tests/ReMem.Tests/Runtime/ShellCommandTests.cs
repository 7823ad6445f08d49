using System.Diagnostics;
using FsCheck.Fluent;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class ShellCommandTests
{
    private static readonly string[] Awkward =
    [
        "", " ", "two words", "it's", "'", "\"quoted\"", "$HOME", "${HOME}", "$(id)", "`id`", "*", "a?b", "[a-z]*", "{a,b}", "~", "~/x",
        "a=~/x", "#x", "!x", "a\\b", "\\",
        "a&b", "a;b", "a|b", "<a>", "(a)", "line\nbreak", "tab\there", "\r", "\u001b[31m", "it's\na\\$'\"b", "é", "日本 語", "🦊 x",
        "\u202eabc", "\u2028", "-", "--", "-x", "%1", "^a^b",
        "seeds=[0,1,2]", "student.distillation.objective=kl + 0.5*rkd(25,50)",
    ];

    [Fact]
    public void Bash_reads_back_what_was_given()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash");
        Assert.Equal(Awkward, Read(ShellCommand.Of(Awkward)));
        foreach (string[] arguments in ArbMap.Default.ArbFor<string[]>().Generator.Sample(100, 40))
        {
            // No argument of a process holds a null, and half a surrogate pair has no bytes.
            string[] possible =
                [.. arguments.Where(a => a is not null).Select(a => string.Concat(a.Where(c => c != '\0' && !char.IsSurrogate(c))))];
            Assert.Equal(possible, Read(ShellCommand.Of(possible)));
        }
    }

    [Fact]
    public void It_stays_one_line_that_can_be_printed()
    {
        string line = ShellCommand.Of(Awkward);
        Assert.Equal(line, PlainText.Line(line));
    }

    [Fact]
    public void What_bash_reads_as_it_is_stays_as_it_is() =>
        Assert.Equal("remem run recipes/a.yaml teacher.training.lr=1e-4 --out runs/a-b_c,d",
            ShellCommand.Of(["run", "recipes/a.yaml", "teacher.training.lr=1e-4", "--out", "runs/a-b_c,d"]));

    [Theory]
    [InlineData("-x.yaml", "./-x.yaml")]
    [InlineData("-x y.yaml", "'./-x y.yaml'")]
    [InlineData("x.yaml", "x.yaml")]
    public void A_file_is_no_option(string file, string quoted) => Assert.Equal(quoted, ShellCommand.QuoteFile(file));

    /// <summary>The arguments that bash gives to remem.</summary>
    private static string[] Read(string commandLine)
    {
        var info = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in new[] { "--norc", "-s" })
            info.ArgumentList.Add(argument);
        info.Environment["LC_ALL"] = "C";
        using Process bash = Process.Start(info)!;
        using (var input = new StreamWriter(bash.StandardInput.BaseStream, new System.Text.UTF8Encoding(false)))
            input.Write("remem() { for a in \"$@\"; do printf '%s\\0' \"$a\"; done; }\n" + commandLine + "\n");
        using var output = new StreamReader(bash.StandardOutput.BaseStream, new System.Text.UTF8Encoding(false));
        string[] read = output.ReadToEnd().Split('\0');
        bash.WaitForExit();
        Assert.Equal((0, ""), (bash.ExitCode, read[^1]));
        return read[..^1];
    }
}
