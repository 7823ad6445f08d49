using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Tests.Data;
using ReMem.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Recipes.Stages;

/// <summary>The ways to prepare a teacher, on photos that a tiny ViT learns in a few steps.</summary>
[Collection(TorchGenerator.Name)]
public sealed class TeacherStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];

    public TeacherStageTests()
    {
        foreach ((string split, int count) in new[] { ("train", 24), ("val", 12), ("test", 12) })
        {
            foreach ((string name, int shade) in new[] { ("dark", 60), ("light", 90) })
            {
                for (int i = 0; i < count; i++)
                    _folder.Add($"photos/{split}/{name}/{i}.png", Photo(split, i, shade));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Early_keeps_an_epoch_of_its_training_and_leaves_no_other()
    {
        TrainedResult result = Run("early", "run");
        TeacherChoice choice = result.Early!;
        Assert.Equal(["epoch 4", "epoch 3", "epoch 2", "epoch 1"], choice.Trials.Select(t => t.Policy));
        Assert.Equal($"epoch {result.Training.KeptEpoch}", choice.Policy);
        TeacherTrial taken = choice.Trials.Single(t => t.Policy == choice.Policy);
        Assert.Equal(taken.ValidationTop1, result.Validation.Top1, 1e-9);
        Assert.False(Directory.Exists(_folder.File("run/teacher/epochs")));
        Assert.Equal(result.Training.Epochs.Select(e => e.ValidationTop1!.Value).Reverse(), choice.Trials.Select(t => t.ValidationTop1));
    }

    [Fact]
    public void The_last_epoch_that_is_kept_is_what_plain_fine_tuning_leaves()
    {
        Recipe recipe = Recipe();
        Run("standard", "plain");
        using ImageModel expected = ModelFolder.Load(_folder.File("plain/teacher")).Model;
        using StageContext context = Context(recipe);
        var folder = new StageFolder(_folder.File("early"), "teacher");
        using var training = new StageTraining(context,
            StageModels.Teacher(recipe.Teacher, recipe.Teacher.Training, 0, context, "teacher"), folder);
        TeacherStage.FineTune(training, recipe.Teacher.Training, recipe.Teacher.Prepared("early")!, 0, context);
        var epochs = new EpochCheckpoints(folder, recipe.Teacher.Training);
        Assert.Equal([1, 2, 3, 4], epochs.Kept());
        epochs.Restore(training.Model, 1);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => RequireSame(expected, training.Model));
        epochs.Restore(training.Model, 4);
        RequireSame(expected, training.Model);
    }

    [Fact]
    public void Mcmi_raises_the_conditional_information_and_goes_on_where_it_was_interrupted()
    {
        string[] more = ["teacher.mcmi=5", "teacher.mcmi_epochs=3", "teacher.training.lr=0.003"];
        TrainedResult whole = Run("mcmi", "whole", more);
        Assert.True(whole.ConditionalInformation!.After > whole.ConditionalInformation.Before, $"{whole.ConditionalInformation}");
        Assert.Equal(Enumerable.Range(1, 7), whole.Training.Epochs.Select(e => e.Epoch));
        Assert.Equal(7, whole.Training.KeptEpoch);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("whole/teacher"), "*mcmi*"));

        // Stopped in the second training, then begun again.
        using var stop = new CancellationTokenSource();
        int told = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Run("mcmi", "halves", more, report =>
        {
            if (report.Message?.Contains("epoch 1/3", StringComparison.Ordinal) == true && told++ == 0)
                stop.Cancel();
        }, stop.Token));
        var folder = new StageFolder(_folder.File("halves"), "teacher");
        Assert.Equal((4, 1), (folder.CheckpointEpochs, TeacherStage.EpochsAfter(folder)));
        TrainedResult halves = Run("mcmi", "halves", more);
        Assert.Equal(whole.ConditionalInformation, halves.ConditionalInformation);
        RequireSameFiles("whole", "halves");
    }

    [Theory]
    [InlineData("calibrated")]
    [InlineData("mcmi")]
    [InlineData("pseudo")]
    public void A_finished_teacher_of_the_same_fine_tuning_gives_the_same_teacher(string method)
    {
        Run("standard", "plain");
        TrainedResult alone = Run(method, "alone");
        Recipe recipe = Recipe();
        using StageContext context = Context(recipe);
        _told.Clear();
        using FinishedTeacher from = new TeacherStage(context).Run(recipe.Teacher, recipe.Teacher.Prepared(method)!, recipe.Information, 0,
            new StageFolder(_folder.File("from"), "teacher"), new StageFolder(_folder.File("plain"), "teacher"));
        Assert.Equal(alone.Temperature, from.Result.Temperature);
        Assert.Equal(alone.Training.Epochs.Count, from.Result.Training.Epochs.Count);
        Assert.Contains(_told, m => m.Contains("of the same fine-tuning", StringComparison.Ordinal));
        RequireSameFiles("alone", "from");
    }

    [Fact]
    public void Consistent_brings_the_answers_to_two_views_together()
    {
        double Distance(params string[] more)
        {
            string name = $"c{more.Length}";
            Run("consistent", name, ["teacher.training.crop_scale=0.1", "teacher.norm_penalty=0", .. more]);
            using ImageModel model = ModelFolder.Load(_folder.File($"{name}/teacher")).Model;
            using StageContext context = Context(Recipe("teacher.training.crop_scale=0.1"));
            using DisposeScope scope = NewDisposeScope();
            using var batches = context.Data.Training(Recipe().Teacher.Training, model, 5, paired: true).Epoch(0).GetEnumerator();
            double sum = 0;
            while (batches.MoveNext())
            {
                using ReMem.Data.Batch batch = batches.Current;
                Tensor Ask(Tensor images) => model.call(model.Info.Normalization.Apply(images));
                sum += ConsistencyPenalty.Distance(Ask(batch.Images), Ask(batch.PairedImages!)).item<float>();
            }

            return sum;
        }

        double weak = Distance("teacher.consistency=1e-6"), strong = Distance("teacher.consistency=50", "threads=1");
        Assert.True(strong < 0.8 * weak, $"{strong} against {weak}");
    }

    [Fact]
    public void Consistent_may_leave_either_of_its_penalties_out()
    {
        foreach (string left in new[] { "teacher.consistency=0", "teacher.norm_penalty=0" })
            Assert.Equal(4, Run("consistent", left, [left]).Training.Epochs.Count);
        Assert.Equal(4, Run("consistent", "none", ["teacher.consistency=0", "teacher.norm_penalty=0"]).Training.Epochs.Count);
    }

    [Fact]
    public void Auto_chooses_among_methods_by_trials_then_an_epoch_and_a_temperature()
    {
        TrainedResult result = Run("auto", "run");
        Assert.Equal(["standard", "sam", "reweighted", "both"], result.Reweighting!.Trials.Select(t => t.Policy));
        Assert.Contains(result.Reweighting.Policy, result.Reweighting.Trials.Select(t => t.Policy));
        Assert.NotNull(result.Early);
        Assert.NotNull(result.Temperature);
        Assert.True(Directory.Exists(_folder.File("run/teacher/auto/both")));
    }

    private static void RequireSame(ImageModel expected, ImageModel actual)
    {
        Dictionary<string, Tensor> other = actual.state_dict();
        foreach ((string name, Tensor value) in expected.state_dict())
            Assert.True(value.Equals(other[name]) || value.allclose(other[name], rtol: 0, atol: 0), name);
    }

    private void RequireSameFiles(string expected, string actual) => Assert.Equal(
        File.ReadAllBytes(_folder.File($"{expected}/teacher/model.safetensors")),
        File.ReadAllBytes(_folder.File($"{actual}/teacher/model.safetensors")));

    private TrainedResult Run(
        string method, string run, string[]? more = null, Action<ProgressReport>? report = null,
        CancellationToken cancellationToken = default)
    {
        Recipe recipe = Recipe(more ?? []);
        using StageContext context = Context(recipe, report, cancellationToken);
        using FinishedTeacher teacher = new TeacherStage(context).Run(recipe.Teacher, recipe.Teacher.Prepared(method)!, recipe.Information,
            0, new StageFolder(_folder.File(run), "teacher"));
        return teacher.Result;
    }

    private StageContext Context(Recipe recipe, Action<ProgressReport>? report = null, CancellationToken cancellationToken = default) =>
        new(PreparedData.Open(recipe), new Told(r =>
        {
            _told.Add(r.Message ?? string.Empty);
            report?.Invoke(r);
        }), cancellationToken);

    private Recipe Recipe(params string[] more) => RecipeReader.Parse("name: ways", "r.yaml",
    [
        $"data.source={_folder.File("photos")}", "data.image_size=32", "data.crop_pct=1", "threads=1",
        "teacher={model: vit_pico_patch4_32, training: {epochs: 4, batch_size: 8, warmup_epochs: 0, lr: 0.001}}",
        "information={image_size: 16, epochs: 0, seeds: 2}",
        .. more,
    ]);

    private static byte[] Photo(string split, int index, int shade)
    {
        const int Side = 24;
        var random = new CounterRandom(shade, split, 0, index);
        byte[] rows = new byte[Side * Side * 3];

        // Photos of a class differ so much that some look like the other one, and so do the two sides of each photo.
        int own = (int)(random.NextUInt32() % 60);
        for (int i = 0; i < rows.Length; i++)
            rows[i] = (byte)(shade + own + (random.NextUInt32() % 20) + (i / 3 % Side * 3));
        return TestImages.Png(Side, Side, 8, 2, rows);
    }

    private sealed class Told(Action<ProgressReport> report) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => report(value);
    }
}
