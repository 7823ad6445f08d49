using ReMem.Recipes;
using ReMem.Recipes.Plan;
using ReMem.Training;

namespace ReMem.Tests.Recipes.Plan;

public class PlanAssemblerTests
{
    private const long Gigabyte = 1L << 30;
    private static readonly PlanCounts Counts = new(Train: 1000, Validation: 100, Test: 200, Classes: 10);

    private static readonly RunRates Rates = new()
    {
        Decoding = new DecodingRate(Training: 0.001, Evaluation: 0.001, View: 0.0005, Bytes: 1000),
        Student = new ModelRate(Parameters: 1_000_000, Create: 0, EvaluateImage: 0.01, Features: 64),
        Alone = new TrainingRate(Fresh: 2, Kept: 1, Memory: 100),
        Taught = new TrainingRate(Fresh: 5, Kept: 1.5, Memory: 200),
        Teacher = new ModelRate(Parameters: 2_000_000, Create: 0, EvaluateImage: 0.1, Features: 128),
        Plain = new TrainingRate(Fresh: 10, Kept: 10, Memory: 300),
        Sharpness = new TrainingRate(Fresh: 21, Kept: 21, Memory: 400),
        Meter = new MeterRate(Logits: new(Fixed: 1, Row: 0.005), Pooled: new(Fixed: 2, Row: 0.015), Image: 0.002, RowMemory: 10),
        Export = 7,
        CheckImage = 0.003,
        WriteRate = 1e12,
        BaseMemory = 1_000_000,
        DecodedHeld = 0,
    };

    private static readonly Recipe Job = new()
    {
        Name = "x",
        Data = new DataRecipe { Source = "x", ImageSize = 32 },
        Teacher = new TeacherRecipe { Training = new TrainingOptions { Epochs = 3, BatchSize = 100, ValidateEvery = 2 } },
        Student = new StudentRecipe
        {
            Training = new TrainingOptions { Epochs = 6, BatchSize = 100, ValidateEvery = 6, Optimizer = OptimizerKind.Sgd },
            Distillation = new ReMem.Distillation.DistillationOptions { Views = 2 },
        },
        Methods = ["none", "standard", "sam"],
        Seeds = [0],
    };

    [Fact]
    public void Every_stage_is_counted_with_recycled_views_once()
    {
        RunPlan plan = Plan();
        Assert.Equal(3 * 10 * 10, Stage(plan, "teacher standard").Seconds, 6);
        Assert.Equal(3 * 10 * 21, Stage(plan, "teacher sam").Seconds, 6);
        Assert.Equal(2 * ((1200 * (0.1 + 0.002)) + 3 + (1000 * 0.02)), Stage(plan, "meter").Seconds, 6);
        Assert.Equal(10 * ((2 * 2) + (4 * 1)), Stage(plan, "student (labels alone)").Seconds, 6);
        Assert.Equal(2 * 10 * ((2 * 5) + (4 * 1.5)), Stage(plan, "student (taught)").Seconds, 6);
        // Teachers are validated after epochs 2 and 3, students after 6; then both splits are scored.
        Assert.Equal((2 * ((2 * 100) + 300) * 0.1) + (3 * (100 + 300) * 0.01), Stage(plan, "evaluation").Seconds, 6);
        Assert.Equal(1300 * 0.001, Stage(plan, "files").Seconds, 3);
        // The export and its check, and the pass over the training images for labels that look wrong.
        Assert.Equal(7 + (200 * 0.003) + (1000 * 0.01), Stage(plan, "export").Seconds, 6);
        Assert.Equal(plan.Stages.Sum(s => s.Seconds), plan.Seconds, 6);
        Assert.Equal((3, 3), (plan.Parts, plan.PartsLeft));
    }

    [Fact]
    public void Two_jobs_take_the_time_of_the_busier_one()
    {
        RunPlan one = Plan(), two = Plan(jobs: 2);
        Assert.InRange(two.Seconds, one.Seconds / 2, one.Seconds);
        // 'none' and 'sam' against 'standard': the first two start, the third follows the shorter.
        double sam = (3 * 10 * 21) + (10 * ((2 * 5) + (4 * 1.5)));
        Assert.True(two.Seconds > sam, "the longest part bounds it");
        Assert.True(two.PeakMemoryBytes > 2 * one.PeakMemoryBytes);
        Assert.Equal(3 * (2 + 1.3), Stage(two, "files").Seconds, 3);
    }

    [Fact]
    public void What_is_done_is_left_out()
    {
        PartLeft[] parts =
        [
            new(new ComparisonPart("none", 0), null, false, null),
            new(new ComparisonPart("standard", 0), null, true, 0),
            new(new ComparisonPart("sam", 0), 2, true, 5),
        ];
        RunPlan plan = new PlanAssembler(Job, Counts, Rates, 1).Assemble(parts);
        Assert.Equal((3, 2), (plan.Parts, plan.PartsLeft));
        Assert.Equal(["teacher sam", "meter", "student (taught)", "evaluation", "files", "export"], plan.Stages.Select(s => s.Stage));
        Assert.Equal(1 * 10 * 21, Stage(plan, "teacher sam").Seconds, 6);
        // The kept answers are gone with the process: the one epoch that is left asks the teacher again.
        Assert.Equal(10 * ((2 * 5) + (4 * 1.5) + (1 * 5)), Stage(plan, "student (taught)").Seconds, 6);
    }

    [Fact]
    public void Without_recycled_views_every_epoch_asks_the_teacher()
    {
        Recipe live = Job with { Student = Job.Student with { Distillation = Job.Student.Distillation with { Views = 0 } } };
        Assert.Equal(2 * 10 * 6 * 5, Stage(Plan(live), "student (taught)").Seconds, 6);
    }

    [Fact]
    public void The_trials_of_auto_are_counted_to_the_epoch()
    {
        Recipe auto = Job with
        {
            Methods = ["reweighted", "both"],
            Teacher = Job.Teacher with { Options = Job.Teacher.Options with { Reweighting = "auto" }, AutoEpochs = 2 },
        };
        RunPlan plan = Plan(auto);

        // Five policies of two epochs, validated once; logits of training and validation images measured; pictures prepared once.
        double Trials(double step, int epochs, int trials) =>
            (epochs * 10 * step) + (trials * (((1000 + 100 + 100) * 0.1) + 1 + (1000 * 0.005))) + (1100 * 0.002);
        Assert.Equal(Trials(10, 10, 5) + Trials(21, 10, 5), Stage(plan, "trials of auto").Seconds, 6);
        Assert.Equal(10, Stage(plan, "trials of auto").Count);
        Assert.Equal(plan.Stages.Sum(s => s.Seconds), plan.Seconds, 6);
        Assert.DoesNotContain(Plan().Stages, s => s.Stage == "trials of auto");

        PartLeft left = new(new ComparisonPart("both", 0), 0, true, 0) { TrialsDone = 3, TrialEpochs = 1 };
        plan = new PlanAssembler(auto, Counts, Rates, 1).Assemble([left]);
        Assert.Equal(Trials(21, 3, 2), Stage(plan, "trials of auto").Seconds, 6);
        Assert.DoesNotContain(new PlanAssembler(auto, Counts, Rates, 1).Assemble([left with { TrialsDone = 5 }]).Stages,
            s => s.Stage == "trials of auto");
        Assert.Contains("no MLP blocks",
            Assert.Throws<InputException>(() => Plan(auto with { Teacher = auto.Teacher with { Model = "resnet20" } })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Teacher_caches_are_counted_by_themselves_and_those_of_further_teachers_once_a_seed()
    {
        RunRates cached = Rates with { CachedView = 1_000_000 };
        RunPlan without = Plan(), plan = Plan(rates: cached);
        Assert.Equal((2, 2 * 2 * 1_000_000L), (Stage(plan, "teacher caches").Count, plan.CacheBytes));
        Assert.Equal((without.DiskBytes, 0), (plan.DiskBytes, without.CacheBytes));
        Assert.DoesNotContain(without.Stages, s => s.Stage == "teacher caches");

        Recipe further = Job with { Seeds = [0, 1], Student = Job.Student with { FurtherTeachers = ["a", "b"] } };
        plan = Plan(further, rates: cached);
        Assert.Equal((8, 8 * 2 * 1_000_000L), (Stage(plan, "teacher caches").Count, plan.CacheBytes));

        // One of the two views stands already.
        plan = new PlanAssembler(Job, Counts, cached, 1).Assemble([new(new ComparisonPart("sam", 0), null, false, 1)]);
        Assert.Equal(1_000_000, plan.CacheBytes);
    }

    [Fact]
    public void Images_that_do_not_fit_the_cache_are_decoded_every_epoch()
    {
        RunRates large = Rates with { Decoding = Rates.Decoding with { Bytes = 2 * Gigabyte / Counts.All } };
        double files = Stage(Plan(rates: large), "files").Seconds;
        // Half of them, in 3 + 3 teacher epochs and 3 x 2 epochs of fresh views, on top of the half that is decoded once.
        Assert.Equal((0.5 * 1000 * 0.001 * 12) + (0.5 * 1.3), files, 2);
    }

    [Fact]
    public void Disk_holds_models_the_export_and_a_checkpoint_with_its_successor()
    {
        RunPlan plan = Plan();
        Assert.InRange(Stage(plan, "teacher sam").DiskBytes, 8_000_000, 9_000_000);
        long models = plan.Stages.Sum(s => s.DiskBytes);
        Assert.Equal(models + (2 * 3 * 8_000_000), plan.DiskBytes);
    }

    [Fact]
    public void What_the_machine_lacks_is_reported_with_a_remedy()
    {
        RunPlan plan = Plan() with { PeakMemoryBytes = 8_000_000_000, DiskBytes = 3_000_000_000 };
        Assert.Empty(RunPlanner.Warnings(plan, 9_000_000_000, 4_000_000_000));
        Assert.Empty(RunPlanner.Warnings(plan, null, null));
        string[] warnings = [.. RunPlanner.Warnings(plan, 7_000_000_000, 2_000_000_000)];
        Assert.Contains("8.0 GB of memory are needed and 7.0 GB are free: use a smaller training.batch_size", warnings[0],
            StringComparison.Ordinal);
        Assert.Contains("3.00 GB of disk are needed and 2.00 GB are free", warnings[1], StringComparison.Ordinal);
        plan = plan with { CacheBytes = 2_000_000_000 };
        Assert.Empty(RunPlanner.Warnings(plan, null, 6_000_000_000));
        Assert.StartsWith("about 5.00 GB of disk are needed and 4.00 GB are free: free some, or keep fewer views",
            RunPlanner.Warnings(plan, null, 4_000_000_000).Single(), StringComparison.Ordinal);
        Assert.Empty(RunPlanner.Warnings(plan, null, 4_000_000_000, cacheDisk: 3_000_000_000));
        Assert.StartsWith(
            "about 2.00 GB of disk are needed for teacher caches and 1.00 GB are free there",
            RunPlanner.Warnings(plan, null, 4_000_000_000, cacheDisk: 1_000_000_000).Single(), StringComparison.Ordinal);
        Assert.Contains("fewer --jobs", RunPlanner.Warnings(plan with { Jobs = 2 }, 7_000_000_000, null).Single(),
            StringComparison.Ordinal);
    }

    private static RunPlan Plan(Recipe? recipe = null, int jobs = 1, RunRates? rates = null)
    {
        recipe ??= Job;
        return new PlanAssembler(recipe, Counts, rates ?? Rates, jobs)
            .Assemble([.. recipe.Parts().Select(p => new PartLeft(p, p.Method == "none" ? null : 0, p.Method != "none", 0))]);
    }

    private static PlanStage Stage(RunPlan plan, string name) => plan.Stages.Single(s => s.Stage == name);
}
