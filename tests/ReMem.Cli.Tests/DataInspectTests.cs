using System.Globalization;
using System.Text.Json;

namespace ReMem.Cli.Tests;

public class DataInspectTests
{
    [Fact]
    public void A_data_set_is_inspected_and_a_leak_is_an_error()
    {
        using var work = new Workspace();
        string photos = work.Photos(6, 2);
        CliResult clean = Cli.Run("data", "inspect", photos, "--html", work.At("sheets"));
        Assert.True(clean.ExitCode == 0, clean.Error);
        Assert.Contains("3 classes", clean.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(work.At("sheets", "class-0002.html")));

        File.Copy(work.At("photos", "train", "red", "0.png"), work.At("photos", "test", "red", "copy.png"));
        CliResult leak = Cli.Run("data", "inspect", photos, "--json");
        Assert.Equal(2, leak.ExitCode);
        Assert.Contains("1 validation or test images are also in another split", leak.Error, StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(leak.Out).RootElement.GetProperty("leaked_images").GetInt32());
        Assert.Equal(0, Cli.Run("data", "inspect", photos, "--leakage", "warn").ExitCode);
    }

    [Fact]
    public void What_cannot_be_used_is_named_and_the_rest_is_counted()
    {
        using var work = new Workspace();
        string photos = work.Photos(6, 2);
        File.WriteAllText(work.At("photos", "train", "red", "page.png"), "<html>");
        CliResult result = Cli.Run("data", "inspect", photos);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("1 images cannot be used", result.Out, StringComparison.Ordinal);
        Assert.Contains("page.png' is not a JPEG, PNG, WebP, GIF, BMP or TIFF", result.Out, StringComparison.Ordinal);
        int[] reported = [.. result.Error.Split('\n')
            .Where(l => l.Contains(" images", StringComparison.Ordinal) && l.Contains("inspect: ", StringComparison.Ordinal))
            .Select(l => int.Parse(l.Split("inspect: ")[1].Split(' ')[0], CultureInfo.InvariantCulture))];
        Assert.NotEmpty(reported);
        Assert.Equal(reported.Order(), reported);
    }

    [Fact]
    public void Progress_has_colours_on_a_terminal_and_none_in_a_file()
    {
        using var work = new Workspace();
        string photos = work.Photos(3, 2);
        var terminal = new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["REMEM_CACHE"] = work.At("cache") };
        CliResult file = Cli.RunWith(terminal, "data", "inspect", photos, "--leakage", "warn");
        Assert.True(file.ExitCode == 0, file.Error);
        Assert.Contains("inspect: ", file.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', file.Error);
        Assert.DoesNotContain("u001b", file.Error, StringComparison.Ordinal);

        // util-linux's script gives a program a terminal.
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script");
        terminal["REMEM_CACHE"] = work.At("another");
        var info = new System.Diagnostics.ProcessStartInfo("/usr/bin/script",
            ["-qec", $"dotnet {Path.Combine(AppContext.BaseDirectory, "ReMem.Cli.dll")} data inspect {photos} --leakage warn", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in terminal)
            info.Environment[name] = value;
        info.Environment.Remove("NO_COLOR");
        using var process = System.Diagnostics.Process.Start(info)!;
        process.StandardInput.Close();
        CliResult shown = Cli.Finish(process);
        Assert.Matches("\u001b\\[[0-9;]*minspect: ", shown.Out);
        Assert.DoesNotContain("\\u001b", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_input_is_reported_in_a_sentence()
    {
        Cli.Run("data", "inspect", "no/such/place").IsBadInput("'no/such/place' does not exist");
        Cli.Run("data", "inspect", "cvs:a.csv").IsBadInput("did you mean 'csv'");
        using var work = new Workspace();
        File.WriteAllText(work.At("a.csv"), "path,label\na.png,\n");
        File.WriteAllBytes(work.At("a.tar"), new byte[700]);
        File.WriteAllText(work.At("a.parquet"), "PAR1");
        Cli.Run("data", "inspect", work.At("a.csv")).IsBadInput("line 2 has no label");
        Cli.Run("data", "inspect", work.At("a.tar")).IsBadInput("a.tar", "to fix it: ");
        Cli.Run("data", "inspect", work.At("a.parquet")).IsBadInput("a.parquet' cannot be read as Parquet");
        Cli.Run("data", "inspect", "x", "--leakage", "maybe").IsBadInput("maybe", "remem data inspect --help");
    }
}
