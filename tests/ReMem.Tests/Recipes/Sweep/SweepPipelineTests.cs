using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Recipes.Sweep;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Tests.Training;
using ReMem.Weights;

namespace ReMem.Tests.Recipes.Sweep;

/// <summary>
/// What a sweep computes, in which order, and what it copies instead. The parts are computed by a stand-in, which trains nothing.
/// </summary>
[Collection(TorchGenerator.Name)]
public sealed class SweepPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];
    private readonly List<(string Part, bool HasTeacher, bool HasMeter)> _computed = [];

    public SweepPipelineTests()
    {
        foreach (string split in new[] { "train", "val", "test" })
            _folder.Images($"photos/{split}/a", 6).Images($"photos/{split}/b", 6);
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 2, ImageSize = 32 });
        ModelFolder.Save(_folder.File("student"), model, ["a", "b"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_shares_a_teacher_comes_after_it_was_made_and_finds_it()
    {
        Run(Plan("temperature=1,2"));
        Assert.Equal(
            [
                ("none/0", false, false), ("sam-temperature=1/0", false, false), ("none/1", false, false), ("sam-temperature=1/1", false,
                    false),
                ("sam-temperature=2/0", true, true), ("sam-temperature=2/1", true, true),
            ],
            _computed);
        foreach (string file in new[] { "result.json", "information.json", "model.safetensors" })
            Assert.Equal(Teacher("sam-temperature=1", 1, file), Teacher("sam-temperature=2", 1, file));
        Assert.NotEqual(Teacher("sam-temperature=1", 0, "result.json"), Teacher("sam-temperature=2", 1, "result.json"));
        Assert.Contains("sweep: 6 parts (3 cells, 2 seeds), 0 done", _told);
        Assert.Equal("sweep: sam temperature=2, seed 1 is done (6 of 6 parts)",
            _told.Last(t => t.Contains("is done", StringComparison.Ordinal)));
        Assert.Contains("sam-temperature=2/fake: at work", _told);
    }

    [Fact]
    public void A_teacher_that_is_measured_otherwise_is_copied_without_its_measurement()
    {
        Run(Plan("information.image_size=16,32"));
        Assert.Equal([("sam-image_size=32/0", true, false), ("sam-image_size=32/1", true, false)], _computed.Where(c => c.HasTeacher));
    }

    [Fact]
    public void Teachers_of_other_settings_are_not_shared()
    {
        Run(Plan("rho=0.02,0.1"));
        Assert.DoesNotContain(_computed, c => c.HasTeacher);
        Assert.Equal(6, _computed.Count);
    }

    [Fact]
    public void What_is_done_is_not_computed_again_and_the_table_has_it()
    {
        SweepPlan plan = Plan("rho=0.02,0.1");
        Run(plan);
        _computed.Clear();
        File.Delete(_folder.File("sweep/sam-rho=0.1/seed-1/sam/student/result.json"));
        ComparisonReport report = Run(plan);
        Assert.Equal([("sam-rho=0.1/1", true, true)], _computed);
        Assert.Equal(["none", "sam rho=0.02", "sam rho=0.1"], report.Rows.Select(r => r.Name));
        Assert.All(report.Rows, r => Assert.Equal([0, 1], r.Seeds.Select(s => s.Seed)));
        Assert.Contains("sweep: 6 parts (3 cells, 2 seeds), 5 done", _told);
        Assert.Equal(ConsoleTable.Markdown(report), File.ReadAllText(_folder.File("sweep/table.md")));
        Assert.Equal(report.Rows.Select(r => r.Name), ReportWriter.Read(_folder.File("sweep")).Rows.Select(r => r.Name));
    }

    [Fact]
    public void The_cell_that_did_best_on_validation_is_exported_at_its_best_seed()
    {
        // The best single student is of a cell that is worse on average.
        ComparisonReport report = Run(Plan("rho=0.02,0.1"), validation: (folder, seed) => (folder, seed) switch
        {
            ("sam-rho=0.02", 0) => 0.95,
            ("sam-rho=0.02", _) => 0.5,
            ("sam-rho=0.1", 0) => 0.8,
            ("sam-rho=0.1", _) => 0.9,
            _ => 0.6,
        });
        Assert.Equal(("sam", 1), (report.Onnx!.Method, report.Onnx.Seed));
        Assert.Contains("export: student of sam rho=0.1, seed 1 to ONNX, checked on the test split", _told);
        Assert.Equal(File.ReadAllBytes(_folder.File("student/model.safetensors")),
            File.ReadAllBytes(_folder.File("sweep/student/model.safetensors")));
    }

    [Fact]
    public void What_another_process_computes_is_waited_for()
    {
        bool free = false;
        Run(Plan("rho=0.02,0.1"), before: (folder, part) =>
        {
            if (folder != "none" || part.Seed != 0 || free)
                return;
            free = true;
            throw new FolderInUseException(folder);
        });
        Assert.Contains("sweep: 1 parts are being computed by another process; waiting", _told);
        Assert.Equal(6, _computed.Count);
        Assert.True(_computed.FindIndex(c => c.Part == "none/0") > _computed.FindIndex(c => c.Part == "none/1"),
            "it was tried again after the others");
    }

    [Fact]
    public void The_first_error_stops_the_sweep_and_what_is_done_stays()
    {
        InputException error = Assert.Throws<InputException>(() => Run(Plan("rho=0.02,0.1"), before: (folder, part) =>
        {
            if (part.Seed == 1)
                throw new InputException("A part went wrong.", folder);
        }));
        Assert.Equal("A part went wrong.", error.Message);
        Assert.False(File.Exists(_folder.File("sweep/report.json")));
        _computed.Clear();
        Run(Plan("rho=0.02,0.1"));
        Assert.All(_computed, c => Assert.EndsWith("/1", c.Part, StringComparison.Ordinal));
        Assert.Equal(3, _computed.Count);
    }

    private byte[] Teacher(string cell, int seed, string file) =>
        File.ReadAllBytes(_folder.File($"sweep/{cell}/seed-{seed}/sam/teacher/{file}"));

    private SweepPlan Plan(params string[] axes) => SweepPlan.Create(
        overrides => RecipeReader.Parse(
            "name: x\nmethods: [none, sam]\nteacher: { model: vit_pico_patch4_32 }\nstudent: { model: resnet20 }\n",
            "r.yaml",
            [$"data.source={_folder.File("photos")}", "data.image_size=32", "data.crop_pct=1", "threads=1", .. overrides]),
        [.. axes.Select(SweepAxis.Parse)],
        [0, 1]);

    private ComparisonReport Run(SweepPlan plan, Func<string, int, double>? validation = null,
        Action<string, ComparisonPart>? before = null)
    {
        Task Compute(string folder, ComparisonPart part, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
        {
            string cell = Path.GetFileName(folder), at = Path.Combine([folder, .. part.Path]);
            before?.Invoke(cell, part);
            _computed.Add(($"{cell}/{part.Seed}", File.Exists(Path.Combine(at, "teacher/result.json")),
                File.Exists(Path.Combine(at, "teacher/information.json"))));
            progress.Report(new MessageProgress("fake", "at work"));
            foreach (string file in Directory.GetFiles(_folder.File("student")))
            {
                AtomicFile.Copy(file, Path.Combine(at, "student", Path.GetFileName(file)));
                if (part.Method != "none")
                    AtomicFile.Copy(file, Path.Combine(at, "teacher", Path.GetFileName(file)));
            }

            StageResults.Leave(folder, part,
                StageResults.Run(part.Method, part.Seed, validation?.Invoke(cell, part.Seed) ?? 0.6, teacher: 0.5 + (0.01 * part.Seed)));
            return Task.CompletedTask;
        }

        var watch = new TinyTraining.Watcher(r => _told.Add($"{r.Stage}: {r.Message}"));
        return new SweepPipeline(plan, watch).Run(_folder.File("sweep"), "remem sweep", new PartWorkers(1, Compute));
    }
}
