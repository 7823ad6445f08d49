using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ReMem.Cli.Tests;

/// <summary>
/// A comparison that is killed in each of its stages ends with the bits of one that was not.
/// eng/kill-and-resume.sh does it at random moments.
/// </summary>
public partial class KillTests
{
    [Fact]
    public void A_run_that_is_killed_in_every_stage_ends_with_the_same_bits()
    {
        using var work = new Workspace();
        string recipe = work.At("recipe.yaml");
        File.WriteAllText(recipe, $$"""
            name: tiny
            threads: 1
            data: { source: '{{work.Photos(16, 8)}}', image_size: 32, crop_pct: 1 }
            teacher: { model: vit_pico_patch4_32, training: { epochs: 3, batch_size: 8 } }
            student: { model: resnet20, training: { epochs: 4, batch_size: 8 }, distillation: { views: 3 } }
            information: { image_size: 16, epochs: 1, seeds: 2 }
            methods: [standard]
            """);
        string[] Command(string name) => ["run", recipe, "--out", work.At(name), $"student.distillation.cache={work.At(name + "-cache")}"];
        CliResult whole = Cli.Run(Command("whole"));
        Assert.True(whole.ExitCode == 0, whole.Error);

        string part = work.At("cut", "seed-0", "standard");
        foreach ((string what, Func<bool> moment) in new (string, Func<bool>)[]
        {
            ("fine-tuning", () => File.Exists(Path.Combine(part, "teacher", "checkpoint.safetensors"))),
            ("meter", () => File.Exists(Path.Combine(part, "teacher", "result.json"))),
            ("cache building", () => Shards(work.At("cut-cache")).Count > 0),
            ("distillation", () => Shards(work.At("cut-cache")).Count > 2),
        })
        {
            using Process process = Cli.Start(Command("cut"));
            while (!moment() && !process.HasExited)
                Thread.Sleep(2);
            Assert.True(moment(), $"{what} was not reached");
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        CliResult resumed = Cli.Run(Command("cut"));
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        foreach (string file in new[] { "teacher/model.safetensors", "student/model.safetensors" })
            Assert.Equal(File.ReadAllBytes(work.At("whole", "seed-0", "standard", file)), File.ReadAllBytes(Path.Combine(part, file)));
        foreach (string file in new[] { "teacher/metrics.jsonl", "student/metrics.jsonl", "teacher/information.json" })
            Assert.Equal(WithoutTimes(work.At("whole", "seed-0", "standard", file)), WithoutTimes(Path.Combine(part, file)));
        Assert.Equal(Shards(work.At("whole-cache")), Shards(work.At("cut-cache")));
    }

    private static string WithoutTimes(string file) => Seconds().Replace(File.ReadAllText(file), "$1\":0");

    private static Dictionary<string, string> Shards(string folder) =>
        !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "shard-*.bin", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToBase64String(File.ReadAllBytes(f)));

    [GeneratedRegex("(seconds)\":\\s*[0-9.eE+-]+")]
    private static partial Regex Seconds();
}
