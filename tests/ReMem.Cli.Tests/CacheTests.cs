using System.Diagnostics;
using System.Text.Json;

namespace ReMem.Cli.Tests;

/// <summary>The commands of 'remem cache', and trainings that learn from one.</summary>
public sealed class CacheTests : IDisposable
{
    private static readonly string[] Student = ["--student", "resnet20", "--epochs", "4"];
    private readonly Workspace _work = new();
    private readonly Dictionary<string, string> _variables;
    private readonly string _photos;

    public CacheTests()
    {
        _variables = new() { ["REMEM_CACHE"] = _work.At("user") };
        _photos = _work.Photos(12, 6);
        Teacher("teacher", seed: 0);
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public void From_build_to_prune()
    {
        CliResult dry = Build("--dry-run", "--json");
        Assert.False(Directory.Exists(_work.At("user", "teachers")));
        CliResult build = Build("--json");
        JsonElement built = Json(build);
        Assert.Equal(Json(dry).GetProperty("bytes").GetInt64(), built.GetProperty("bytes").GetInt64());
        Assert.Equal((2, 36, 2), (built.GetProperty("views").GetInt32(), built.GetProperty("images").GetInt32(),
            built.GetProperty("shards").GetInt32()));
        string cache = built.GetProperty("folder").GetString()!;
        Assert.Equal(0, Json(Build("--json")).GetProperty("shards").GetInt32());

        // The same arguments find it by themselves, whatever the loss and the learning rate.
        foreach (string lr in new[] { "1e-3", "1e-2" })
        {
            CliResult distill = Distill($"student-{lr}", "distillation.views=2", $"training.lr={lr}", "--temperature", "2");
            Assert.True(distill.ExitCode == 0, distill.Error);
            Says(distill, $"teacher cache {cache}: 2 views of 36 images");
            Says(distill, "all there");
        }

        // Another seed is another cache, and that is said.
        CliResult seed = Distill("student-seed", "distillation.views=2", "--seed", "1");
        Says(seed, "an earlier cache of this teacher does not fit: its seed is");
        string second = Directory.GetDirectories(_work.At("user", "teachers")).Single(d => d != cache);
        Assert.Contains($"removed {second}", Run("cache", "prune", second, "--all", "--yes").Out, StringComparison.Ordinal);

        JsonElement info = Json(Run("cache", "info", "--json"))[0];
        Assert.Equal((cache, 2), (info.GetProperty("folder").GetString(), info.GetProperty("views").GetInt32()));
        Assert.Contains("teacher resolution: 32", Run("cache", "info", cache).Out, StringComparison.Ordinal);

        JsonElement check = Json(Run("cache", "verify", cache, "--samples", "50", "--json"));
        Assert.True(check.GetProperty("passed").GetBoolean());
        Assert.InRange(check.GetProperty("mean_kl").GetDouble(), 0, 1e-4);
        Assert.Equal(1, check.GetProperty("top1_agreement").GetDouble());

        Teacher("other", seed: 1);
        Run("cache", "verify", cache, "--teacher-dir", _work.At("other")).IsBadInput("its teacher weights are others", cache);
        File.Copy(_work.At("photos", "train", "red", "0.png"), _work.At("photos", "train", "red", "1.png"), overwrite: true);
        Run("cache", "verify", cache).IsBadInput("its training images are others", cache);

        Run("cache", "prune").IsBadInput("No criterion says which");
        CliResult listed = Run("cache", "prune", "--all");
        Assert.Contains($"would remove {cache}", listed.Out, StringComparison.Ordinal);
        Assert.Empty(Json(Run("cache", "prune", "--stale", "--older-than", "1", "--json")).EnumerateArray());
        Directory.Delete(_work.At("teacher"), recursive: true);
        Assert.True(Json(Run("cache", "prune", "--stale", "--yes", "--json"))[0].GetProperty("removed").GetBoolean());
        Assert.False(Directory.Exists(cache));
        Assert.Contains("0 teacher caches", Run("cache", "info").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_are_kept_where_a_folder_is_named()
    {
        string cache = _work.At("cache");
        CliResult dry = Build("--cache", cache, "--objective", "tokens", "--dry-run", "--json"), build = Build("--cache", cache,
            "--objective", "tokens", "--json");
        Assert.True(build.ExitCode == 0, build.Error);
        long bytes = Json(build).GetProperty("bytes").GetInt64();
        Assert.Equal(Json(dry).GetProperty("bytes").GetInt64(), bytes);
        Assert.Contains("3 logits, tokens of 8 x 8 cells and 128 numbers, 16 bits each", Run("cache", "info", cache).Out,
            StringComparison.Ordinal);
        CliResult distill = Distill("student", "distillation.views=2", "--cache", cache, "--objective", "tokens");
        Assert.True(distill.ExitCode == 0, distill.Error);
        Says(distill, "all there");
        JsonElement check = Json(Run("cache", "verify", cache, "--json"));
        Assert.True(check.GetProperty("passed").GetBoolean());
        Assert.InRange(check.GetProperty("map_difference").GetDouble(), 1e-6, 1e-3);
        Distill("pooled", "distillation.views=2", "--cache", cache, "--objective", "tokens + hint")
            .IsBadInput("stores no pooled features", cache);
    }

    [Fact]
    public void A_cache_that_does_not_fit_is_reported_in_one_sentence()
    {
        string cache = _work.At("cache");
        Assert.Equal(0, Build("--cache", cache).ExitCode);
        Distill("student", "distillation.views=2", "--cache", cache, "--seed", "1")
            .IsBadInput("The teacher cache does not fit: its seed is", cache);
        Distill("student", "distillation.views=2", "--cache", cache, "--objective", "rkd").IsBadInput("stores no pooled features");
        Distill("student", "distillation.views=2", "--cache", _photos).IsBadInput("not a teacher cache");
        Run("cache", "verify", _photos).IsBadInput("no cache.json");
        Run("cache", "prune", "--max-size", "5x").IsBadInput("'5x' is not a size");

        string shard = Path.Combine(cache, "view-00000", "shard-00000.bin");
        using (FileStream stream = File.OpenWrite(shard))
            stream.SetLength(100);
        Run("cache", "verify", cache).IsBadInput("damaged: it is cut short", shard);
        Distill("student", "distillation.views=2", "--cache", cache).IsBadInput("damaged: it is cut short", "Delete the file");
        File.Delete(shard);
        CliResult mended = Distill("student", "distillation.views=2", "--cache", cache);
        Assert.True(mended.ExitCode == 0, mended.Error);

        // The classes of the teacher by name, in whatever order.
        string[] names = ["red", "green", "blue"];
        File.WriteAllLines(_work.At("teacher", "labels.txt"), names);
        Says(Distill("permuted", "--cache", "none"), "matched by name");
        File.WriteAllLines(_work.At("teacher", "labels.txt"), ["red", "green", "violet"]);
        Distill("unknown").IsBadInput("does not know 'blue'", "'violet' instead");
    }

    [Fact]
    public void Several_teachers_have_a_cache_each_and_teach_together()
    {
        Teacher("other", seed: 1);
        string[] both = ["--teacher-dir", _work.At("other"), "distillation.views=2"];
        string first = Json(Build("--json")).GetProperty("folder").GetString()!;
        CliResult built = Distill("student", both);
        Says(built, $"teacher cache {first}: 2 views of 36 images");
        Assert.Equal(2, Directory.GetDirectories(_work.At("user", "teachers")).Length);
        Assert.Contains($"further_teachers: ['{_work.At("other")}']", File.ReadAllText(_work.At("student", "recipe.yaml")),
            StringComparison.Ordinal);

        CliResult again = Distill("again", [.. both, "distillation.average=logits", "--weight-schedule", "linear(0.2)"]);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.DoesNotContain("to be built", again.Error, StringComparison.Ordinal);
        Assert.Contains("\"teacher_weight\":0.9}", File.ReadAllLines(_work.At("again", "metrics.jsonl"))[^1], StringComparison.Ordinal);

        Distill("student", "distillation.views=2").IsBadInput("another run", "student");
        Distill("none", "--teacher-dir", _work.At("nowhere")).IsBadInput("not a model folder", "nowhere");
        CliResult features = Distill("features", [.. both, "--objective", "kl + rkd"]);
        Assert.True(features.ExitCode == 0, features.Error);
        Distill("none", [.. both, "--weight-schedule", "linear(2)"]).IsBadInput("the start is '2'", "weight_schedule");
        File.WriteAllLines(_work.At("other", "labels.txt"), ["red", "green", "violet"]);
        Distill("none", both).IsBadInput("does not know 'blue'", "other");
        Run("distill", _photos, "--out", _work.At("none"), $"further_teachers=['{_work.At("other")}']")
            .IsBadInput("further teachers and no first one");
    }

    [Fact]
    public void Processes_share_the_work_and_a_killed_one_leaves_nothing_half()
    {
        string[] many = ["--views", "60", "--epochs", "60", "--json"];
        using Process first = Start([.. Arguments(many), "--cache", _work.At("shared")]),
            second = Start([.. Arguments(many), "--cache", _work.At("shared")]);
        CliResult[] both = [Cli.Finish(first), Cli.Finish(second)];
        Assert.All(both, r => Assert.True(r.ExitCode == 0, r.Error));
        Assert.Equal(60, both.Sum(r => Json(r).GetProperty("shards").GetInt32()));

        using (Process killed = Start([.. Arguments(many), "--cache", _work.At("killed")]))
        {
            while (!File.Exists(Path.Combine(_work.At("killed"), "view-00003", "shard-00000.bin")) && !killed.HasExited)
                Thread.Sleep(5);
            killed.Kill(entireProcessTree: true);
            killed.WaitForExit();
        }

        CliResult resumed = Run([.. Arguments(many), "--cache", _work.At("killed")]);
        Assert.InRange(Json(resumed).GetProperty("shards").GetInt32(), 1, 56);
        Assert.Equal(Bytes(_work.At("shared")), Bytes(_work.At("killed")));

        static Dictionary<string, string> Bytes(string cache) => Directory.EnumerateFiles(cache, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f).StartsWith("shard", StringComparison.Ordinal))
            .ToDictionary(f => Path.GetRelativePath(cache, f),
                f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));
    }

    /// <summary>Progress is wrapped at the width of a terminal.</summary>
    private static void Says(CliResult result, string text)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        static string Squeezed(string s) => string.Concat(s.Where(c => !char.IsWhiteSpace(c)));
        Assert.Contains(Squeezed(text), Squeezed(result.Error), StringComparison.Ordinal);
    }

    private static JsonElement Json(CliResult result)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private void Teacher(string name, int seed)
    {
        CliResult finetune = Cli.Run("finetune", _photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--rho",
            "0", "--seed", $"{seed}",
            "--out", _work.At(name), "training.batch_size=8");
        Assert.True(finetune.ExitCode == 0, finetune.Error);
    }

    private CliResult Run(params string[] arguments) => Cli.RunWith(_variables, arguments);

    private Process Start(string[] arguments) => Cli.StartWith(_variables, arguments);

    private string[] Arguments(params string[] more) => ["cache", "build", _photos, "--teacher-dir", _work.At("teacher"), "--student",
        "resnet20", "training.batch_size=8", "threads=1", .. more];

    private CliResult Build(params string[] more) => Run([.. Arguments("--epochs", "4", "--views", "2"), .. more]);

    private CliResult Distill(string output, params string[] more) =>
        Run(["distill", _photos, "--teacher-dir", _work.At("teacher"), .. Student, "--out", _work.At(output), "training.batch_size=8",
            .. more]);
}
