using System.Text.Json;

namespace ReMem.Cli.Tests;

public class SweepTests
{
    [Fact]
    public void A_grid_is_computed_once_by_two_processes_and_more_seeds_go_on()
    {
        using var work = new Workspace();
        string recipe = work.At("recipe.yaml");
        File.WriteAllText(recipe, $$"""
            name: tiny
            threads: 1
            data: { source: '{{work.Photos(16, 12)}}', image_size: 32, crop_pct: 1 }
            teacher: { model: vit_pico_patch4_32, training: { epochs: 1, batch_size: 16 } }
            student: { model: resnet20, training: { epochs: 1, batch_size: 16 } }
            information: { image_size: 16, epochs: 0 }
            methods: [none, standard, sam]
            """);
        string[] sweep = ["sweep", recipe, "--grid", "rho=0.02,0.1", "--grid", "temperature=1,2", "--out", work.At("sweep"), "--json"];
        using (System.Diagnostics.Process first = Cli.Start(sweep), second = Cli.Start([.. sweep, "--jobs", "2"]))
        {
            CliResult[] results = [Cli.Finish(first), Cli.Finish(second)];
            Assert.All(results, r => Assert.True(r.ExitCode == 0, r.Error));
            Assert.Equal(Rows(results[0].Out), Rows(results[1].Out));

            // Each part was computed by one of the two.
            int done = results.Sum(r => r.Error.Split('\n').Count(line => line.Contains(" is done (", StringComparison.Ordinal)));
            Assert.Equal(7, done);

            // Two temperatures share a teacher, which is trained once.
            int trained =
                results.Sum(r => r.Error.Split('\n').Count(line => line.Contains("sam/teacher: epoch", StringComparison.Ordinal)));
            Assert.Equal(2, trained);
        }

        Assert.Equal(
            ["none", "standard temperature=1", "standard temperature=2", "sam rho=0.02 temperature=1", "sam rho=0.02 temperature=2",
                "sam rho=0.1 temperature=1", "sam rho=0.1 temperature=2"],
            Rows(File.ReadAllText(work.At("sweep", "report.json"))).Select(r => r.Name));
        Assert.Equal(9, File.ReadAllLines(work.At("sweep", "table.md")).Length);
        byte[] At(string cell) => File.ReadAllBytes(work.At("sweep", cell, "seed-0", "sam", "teacher", "model.safetensors"));
        Assert.Equal(At("sam-rho=0.02-temperature=1"), At("sam-rho=0.02-temperature=2"));
        Assert.NotEqual(At("sam-rho=0.02-temperature=1"), At("sam-rho=0.1-temperature=1"));

        CliResult compared = Cli.Run("compare", $"tiny={work.At("sweep")}", work.At("sweep"), "--out", work.At("compare"));
        Assert.True(compared.ExitCode == 0, compared.Error);
        Assert.True(compared.Out.Contains("Ranked within 2 groups: I_hat of the logits against student top-1 over 12 teachers",
            StringComparison.Ordinal), compared.Out);
        Assert.True(File.Exists(work.At("compare", "teachers.html")));
        Cli.Run("compare", $"tiny={work.At("sweep")}", $"tiny={work.At("sweep")}", "--out", work.At("compare"))
            .IsBadInput("Two groups have the name 'tiny'", "NAME=DIR");

        CliResult more = Cli.Run([.. sweep, "--seeds", "0..1", "methods=[none]"]);
        Assert.True(more.ExitCode == 0, more.Error);
        Assert.Equal(2, Assert.Single(Rows(more.Out)).Seeds);
        Assert.DoesNotContain("seed-0/none/student: epoch", more.Error, StringComparison.Ordinal);

        Cli.Run([.. sweep, "student.training.epochs=2"]).IsBadInput("another run", "none");
        Cli.Run("sweep", recipe, "--grid", "rhoo=1").IsBadInput("did you mean 'rho'");
        Cli.Run("sweep", recipe, "--grid", "rho=1", "--seeds", "2..0").IsBadInput("not a range or list", "0..2");
        Cli.Run("sweep", recipe, "--seeds", "1,1").IsBadInput("not a range or list");
        Cli.Run("sweep", recipe, "--jobs", "0").IsBadInput("The number of jobs is 0; it must be 1 or more.");
    }

    private static (string Name, int Seeds, double Top1)[] Rows(string report) =>
    [
        .. JsonDocument.Parse(report).RootElement.GetProperty("rows").EnumerateArray().Select(row => (
            row.GetProperty("name").GetString()!,
            row.GetProperty("seeds").GetArrayLength(),
            row.GetProperty("seeds")[0].GetProperty("student_top1").GetDouble())),
    ];
}
