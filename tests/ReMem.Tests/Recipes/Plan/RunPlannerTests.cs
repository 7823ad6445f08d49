using ReMem.Recipes;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Recipes.Plan;

public sealed class RunPlannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RunPlannerTests() => _folder.Images("photos/a", 40).Images("photos/b", 40);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Measures_the_real_models_and_leaves_no_trace(int jobs)
    {
        Recipe recipe = Tiny();
        PreparedData data = PreparedData.Open(recipe.Data, 1);
        long held = data.DecodedBytes;
        manual_seed(17);
        int threads = get_num_threads();
        using (Tensor before = get_rng_state())
        {
            RunPlan plan = new RunPlanner(recipe, new PlanOptions { Jobs = jobs, Steps = 1, Window = 0 }).Plan(data, _folder.File("run"));
            using Tensor after = get_rng_state();
            Assert.True(before.equal(after).all().item<bool>(), "torch's generator is where it was");
            Assert.Equal(
                ["teacher standard", "teacher both", "meter", "student (labels alone)", "student (taught)", "teacher caches", "evaluation",
                    "files", "export"], plan.Stages.Select(s => s.Stage));
            Assert.All(plan.Stages.Where(s => s.Stage != "teacher caches"),
                s => Assert.True(s.Seconds > 0 && double.IsFinite(s.Seconds), $"{s}"));
            Assert.Equal((3, 3, jobs), (plan.Parts, plan.PartsLeft, plan.Jobs));
            Assert.InRange(plan.PeakMemoryBytes, 10_000_000, 100_000_000_000);
            Assert.Equal(2 * (ReMem.Distillation.Cache.CacheShard.HeaderBytes + (data.Dataset.Train.Count * 2 * 2)), plan.CacheBytes);
            Assert.InRange(plan.DiskBytes, 3_000_000, 300_000_000);
        }

        Assert.Equal(threads, get_num_threads());
        Assert.Equal(held, data.DecodedBytes);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [Fact]
    public void A_recipe_without_teachers_measures_the_student_alone()
    {
        Recipe recipe = Tiny() with { Methods = ["none"] };
        RunPlan plan = new RunPlanner(recipe, new PlanOptions { Steps = 1, Window = 0 }).Plan(PreparedData.Open(recipe.Data, 1),
            _folder.File("run"));
        Assert.Equal(["student (labels alone)", "evaluation", "files", "export"], plan.Stages.Select(s => s.Stage));
    }

    [Fact]
    public void A_student_that_keeps_its_best_epoch_and_grows_its_views_is_measured_on_full_ones()
    {
        Recipe tiny = Tiny();
        Recipe recipe = tiny with
        {
            Methods = ["none"],
            Student = tiny.Student with
            {
                Training = tiny.Student.Training with
                {
                    Keep = KeepPolicy.Best,
                    Patience = 2,
                    EmaDecay = 0.9,
                    Progressive = "from(16,1)",
                }
            },
        };
        RunPlan plan = new RunPlanner(recipe, new PlanOptions { Steps = 1 }).Plan(PreparedData.Open(recipe.Data, 1), _folder.File("run"));
        Assert.All(plan.Stages, s => Assert.True(s.Seconds > 0, $"{s}"));
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_work()
    {
        Recipe recipe = Tiny();
        PreparedData data = PreparedData.Open(recipe.Data, 1);
        Assert.Throws<InputException>(() => new RunPlanner(recipe, new PlanOptions { Steps = 0 }).Plan(data, _folder.File("run")));
        Assert.Throws<InputException>(() => new ComparisonPipeline(recipe, null).Plan(_folder.File("run"), jobs: 0));
    }

    [Fact]
    public void A_folder_of_another_run_is_refused()
    {
        _folder.Add("run/recipe.yaml", "name: other\n"u8.ToArray());
        Assert.Contains("another run",
            Assert.Throws<InputException>(() => new ComparisonPipeline(Tiny(), null).Plan(_folder.File("run"))).Message,
            StringComparison.Ordinal);
    }

    private Recipe Tiny() => RecipeReader.Parse(
        $$"""
        name: tiny
        threads: 1
        data: { source: '{{_folder.File("photos")}}', image_size: 32, crop_pct: 1 }
        teacher: { model: vit_pico_patch4_32, reweighting: 'ramp(0.5)', training: { epochs: 2, batch_size: 8 } }
        student: { model: resnet20, training: { epochs: 2, batch_size: 8 }, distillation: { views: 1 } }
        information: { image_size: 16, epochs: 1 }
        methods: [none, standard, both]
        """,
        "r.yaml");
}
