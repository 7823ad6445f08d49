using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Recipes.Stages;

[Collection(TorchGenerator.Name)]
public sealed class StudentStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StudentStageTests()
    {
        foreach ((string split, int count) in new[] { ("train", 24), ("val", 3), ("test", 6) })
        {
            foreach (string name in new[] { "a", "b" })
            {
                for (int i = 0; i < count; i++)
                    _folder.Add($"photos/{split}/{name}/{i}.png", TestImages.Noise(50, 40, split + name, i));
            }
        }
    }

    [Fact]
    public void Teacher_and_student_have_sizes_of_their_own_from_end_to_end()
    {
        Recipe recipe = RecipeReader.Parse("name: sizes", "r.yaml",
        [
            $"data.source={_folder.File("photos")}", "data.image_size=48", "data.crop_pct=1",
            "teacher={model: vit_pico_patch4_32, image_size: 64, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}}",
            "student={model: resnet20, image_size: 32, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}, "
                + "distillation: {weight: 0.5}}",
            "information={image_size: 16, epochs: 0, seeds: 2}",
        ]);
        PreparedData data = PreparedData.Open(recipe);
        using RunFolder folder = RunFolder.Open(_folder.File("run"), RecipeReader.Write(recipe));
        var context = new StageContext(data, null, CancellationToken.None);
        new TeacherStage(context).Run(recipe.Teacher, recipe.Teacher.Prepared("standard")!, recipe.Information, 0,
            new StageFolder(folder.Path, "teacher"));
        using ImageModel teacher = ModelFolder.Load(_folder.File("run/teacher")).Model;
        Assert.Equal(64, teacher.ImageSize);

        List<(long[] Shape, float[] Values)> seen = [];
        teacher.register_forward_pre_hook((_, input) =>
        {
            seen.Add((input.shape, input.contiguous().data<float>().ToArray()));
            return input;
        });
        new StudentStage(context).Run(recipe.Student, new NamedTeacher(teacher, null), 0, new StageFolder(folder.Path, "student"));
        using ImageModel student = ModelFolder.Load(_folder.File("run/student")).Model;
        Assert.Equal(32, student.ImageSize);

        // What the teacher saw is the student's own view, at the teacher's size and normalised as the teacher is.
        BatchLoader loader = data.Training(recipe.Student.Training, student, new CounterRandom(0, "student").NextUInt32(),
            teacher: teacher);
        using Batch batch = loader.Epoch(0).First();
        Assert.Equal([8, 3, 32, 32], batch.Images.shape);
        using Tensor expected = teacher.Info.Normalization.Apply(batch.SecondImages!);
        Assert.Equal([8, 3, 64, 64], seen[0].Shape);
        Assert.Equal(expected.data<float>().ToArray(), seen[0].Values);

        // A model refuses images of another size than it was made for.
        new MeterStage(context).Measure(teacher, recipe.Information, "meter");
        using ModelOutputs answers = context.Answers(teacher, data.Dataset.Test);
        Assert.Equal(data.Dataset.Test.Count, answers.Labels.shape[0]);
    }

    [Fact]
    public void Without_sizes_of_their_own_both_take_the_datas()
    {
        Recipe recipe = RecipeReader.Parse("name: sizes", "r.yaml",
            [$"data.source={_folder.File("photos")}", "data.image_size=32",
                "student={model: resnet20, training: {epochs: 1, batch_size: 8}}"]);
        using RunFolder folder = RunFolder.Open(_folder.File("run"), RecipeReader.Write(recipe));
        new StudentStage(new StageContext(PreparedData.Open(recipe), null, CancellationToken.None)).Run(recipe.Student, null, 0,
            new StageFolder(folder.Path, "student"));
        using ImageModel student = ModelFolder.Load(_folder.File("run/student")).Model;
        Assert.Equal(32, student.ImageSize);
        Assert.Contains("it must be between 8 and 2048",
            Assert.Throws<InputException>(() => RecipeReader.Parse("name: x", "r.yaml", ["data.source=x", "teacher.image_size=4"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Further_teachers_teach_too_matched_by_the_names_of_their_classes()
    {
        ImageModel own = Saved("own", ["a", "b"]);
        Saved("same", ["b", "a"], swap: true);
        List<string> told = [];
        double once = Loss("alone"), twice = Loss("both", "student.further_teachers=['same']"), another = Loss("another",
            "student.further_teachers=['other']");
        Assert.Equal(once, twice, 1e-5);
        Assert.NotEqual(once, another, 1e-4);
        Assert.Contains(told,
            t => t.EndsWith("/same has the data set's classes in another order; they are matched by name", StringComparison.Ordinal));
        Assert.Contains(told,
            t => t.StartsWith("warning: ", StringComparison.Ordinal)
                && t.Contains("/other: the teacher's top-1", StringComparison.Ordinal));

        double Loss(string name, params string[] more)
        {
            Saved("other", ["a", "b"], seed: 3);
            Recipe recipe = Several(more);
            using RunFolder folder = RunFolder.Open(_folder.File(name), RecipeReader.Write(recipe));
            var watch = new ReMem.Tests.Training.TinyTraining.Watcher(r => told.Add(r.Message ?? string.Empty));
            var stage = new StudentStage(new StageContext(PreparedData.Open(recipe), watch, CancellationToken.None));
            return stage.Run(recipe.Student, new NamedTeacher(own, null), 0, new StageFolder(folder.Path,
                "student")).Training.Epochs[0].TrainLoss;
        }
    }

    [Fact]
    public void Further_teachers_that_cannot_teach_are_told_before_any_work()
    {
        Saved("other", ["a", "c"]);
        Saved("large", ["a", "b"], size: 64);
        InputException Error(string name, string methods = "both")
        {
            Recipe recipe = Several([$"student.further_teachers=['{name}']", $"methods=[{methods}]"]);
            return Assert.Throws<InputException>(() => new ComparisonPipeline(recipe, null).Run(_folder.File("run"), "remem run"));
        }

        Assert.StartsWith("This is not a model folder", Error("missing").Message, StringComparison.Ordinal);
        Assert.Equal(_folder.File("missing"), Error("missing").Where);
        Assert.StartsWith("The model does not know 'b' of the data set's classes; it has 'c' instead.", Error("other").Message,
            StringComparison.Ordinal);
        Assert.StartsWith("This teacher takes images of 64 px and the first one of 32 px", Error("large").Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("run/seed-0")));
    }

    [Fact]
    public void A_taught_student_also_learns_from_unlabelled_images()
    {
        _folder.Images("loose", 16);
        ImageModel teacher = Saved("own", ["a", "b"]);
        List<string> told = [];
        Recipe recipe = Unlabelled();
        var watch = new ReMem.Tests.Training.TinyTraining.Watcher(r => told.Add(r.Message ?? string.Empty));
        PreparedData data = PreparedData.Open(recipe, watch);
        Assert.Contains(told, t => t.EndsWith("16 unlabelled images", StringComparison.Ordinal));
        BatchLoader taught = new StudentCache(data, recipe.Student, 0).Batches(teacher);
        BatchLoader alone = new StudentCache(data, recipe.Student, 0).Batches(null);
        Assert.Equal((64, 8, 48, 8), (taught.Source.Count, taught.BatchesPerEpoch, alone.Source.Count, alone.BatchesPerEpoch));
        Assert.Equal([24, 24], taught.ClassCounts(2));
        foreach (Batch batch in taught.Epoch(0))
        {
            using (batch)
                Assert.Equal(2, batch.Labels.eq(UnlabelledImages.NoLabel).sum().item<long>());
        }

        PreparedData nearest = PreparedData.Open(Unlabelled("data.unlabelled_keep=nearest(0.5)", "data.unlabelled_ratio=3"));
        BatchLoader fewer = new StudentCache(nearest, recipe.Student, 0).Batches(teacher);
        Assert.Equal((56, 7), (fewer.Source.Count, fewer.BatchesPerEpoch));
        using Batch first = fewer.Epoch(0).First();
        Assert.Equal(6, first.Labels.eq(UnlabelledImages.NoLabel).sum().item<long>());
    }

    [Theory]
    [InlineData("dist")]
    [InlineData("dkd")]
    [InlineData("kl + 0.1 * cosine")]
    public void What_is_said_of_unlabelled_images_is_cached_like_any_other(string objective)
    {
        _folder.Images("loose", 16);
        ImageModel teacher = Saved("own", ["a", "b"]);
        double Loss(string name, params string[] more)
        {
            Recipe recipe = Unlabelled([$"student.distillation.objective={objective}", "student.distillation.views=1", .. more]);
            using RunFolder folder = RunFolder.Open(_folder.File(name), RecipeReader.Write(recipe));
            var stage = new StudentStage(new StageContext(PreparedData.Open(recipe), null, CancellationToken.None));
            return stage.Run(recipe.Student, new NamedTeacher(teacher, null), 0, new StageFolder(folder.Path, "student"))
                .Training.Epochs[^1].TrainLoss;
        }

        double live = Loss("live", "student.distillation.cache=none");
        Assert.Equal(live, Loss("cached", $"student.distillation.cache={_folder.File("cache")}"), 2e-2 * live);
        Assert.NotEqual(live, Loss("labelled", "student.distillation.cache=none", "data.unlabelled=null"));
    }

    [Fact]
    public void A_run_compares_with_labels_alone_and_with_pseudo_labels()
    {
        _folder.Images("loose", 16);
        Recipe recipe = RecipeReader.Parse("name: unlabelled", "r.yaml",
        [
            $"data.source={_folder.File("photos")}", $"data.unlabelled={_folder.File("loose")}", "data.image_size=32", "threads=1",
            "methods=[none, standard, calibrated, pseudo]", "information={image_size: 16, epochs: 0, seeds: 2}",
            "teacher={model: vit_pico_patch4_32, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}}",
            "student={model: resnet20, training: {epochs: 2, batch_size: 8, warmup_epochs: 0}, distillation: {views: 1, cache: none}}",
        ]);
        ReMem.Reports.ComparisonReport report = new ComparisonPipeline(recipe, null).Run(_folder.File("run"), "remem run r.yaml");
        Assert.EndsWith("16 unlabelled images", report.Data.Unlabelled, StringComparison.Ordinal);
        Assert.Contains(report.Notes, n => n.StartsWith("Students with a teacher learn from 64 images, 16 of them without labels; ",
            StringComparison.Ordinal));
        Assert.Contains(report.Notes, n => n.StartsWith("Mean probability of the teachers' own class on unlabelled images: standard ",
            StringComparison.Ordinal) && n.Contains(", pseudo ", StringComparison.Ordinal));
        Assert.Contains(report.Notes, n => n.StartsWith("I_hat: decoders learned on 64 training images, with and without labels,",
            StringComparison.Ordinal));
        double[] losses = [.. new[] { "standard", "pseudo" }.Select(method =>
            MethodRun.TryRead(new ComparisonPart(method, 0), _folder.File("run"))!.Student.Training.Epochs[^1].TrainLoss)];
        Assert.NotEqual(losses[0], losses[1]);
        // A calibrated teacher answers the same, with other probabilities.
        Assert.Contains(report.Notes,
            n => n.StartsWith("calibrated, seed 0: the teacher's logits are divided by ", StringComparison.Ordinal));
        ComparisonPart standard = new("standard", 0), calibrated = new("calibrated", 0);
        (MethodRun plain, MethodRun scaled) = (MethodRun.TryRead(standard, _folder.File("run"))!,
            MethodRun.TryRead(calibrated, _folder.File("run"))!);
        Assert.Equal(plain.Teacher!.Test.Top1, scaled.Teacher!.Test.Top1);
        Assert.NotEqual(plain.Teacher.Test.ExpectedCalibrationError, scaled.Teacher.Test.ExpectedCalibrationError);
        // The two other methods have the same teacher.
        Assert.Equal(File.ReadAllBytes(_folder.File("run/seed-0/standard/teacher/model.safetensors")),
            File.ReadAllBytes(_folder.File("run/seed-0/pseudo/teacher/model.safetensors")));
        // It is there again where the run goes on, and the report is the same.
        ReMem.Reports.ComparisonReport again = new ComparisonPipeline(recipe, null).Run(_folder.File("run"), "remem run r.yaml");
        Assert.Equal(report.Notes.Where(n => !n.StartsWith("Planned", StringComparison.Ordinal)), again.Notes);
    }

    [Theory]
    [InlineData("methods=[pseudo]", "The method 'pseudo' is of unlabelled images, and there are none.")]
    [InlineData("data.unlabelled_ratio=-1", "'data.unlabelled_ratio' is '-1'; it must be between 0 and 100")]
    [InlineData("data.unlabelled_keep=some(0.5)", "Unknown selection of unlabelled images 'some'")]
    public void Settings_of_unlabelled_images_are_checked_before_any_work(string change, string message) => Assert.Contains(message,
        Assert.Throws<InputException>(() => RecipeReader.Parse("name: x", "r.yaml", ["data.source=x", change])).Message,
        StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private Recipe Unlabelled(params IEnumerable<string> more) => Several(
        [$"data.unlabelled={_folder.File("loose")}", "student.training.epochs=2", "student.distillation.weight=0.5", .. more]);

    private Recipe Several(IReadOnlyList<string> more) => RecipeReader.Parse("name: several", "r.yaml",
    [
        $"data.source={_folder.File("photos")}", "data.image_size=32", "teacher.model=vit_pico_patch4_32",
        "student={model: resnet20, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}, distillation: {weight: 1, cache: none}}",
        .. more.Select(m => m.Replace("['", $"['{_folder.File(string.Empty)}/", StringComparison.Ordinal)),
    ]);

    private ImageModel Saved(string name, string[] labels, bool swap = false, int size = 32, int seed = 8)
    {
        manual_seed(seed);
        ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2, ImageSize = size });
        if (swap)
            ClassOrder.Apply(model, ["a", "b"], labels, name);
        ModelFolder.Save(_folder.File(name), model, labels);
        model.eval();
        return model;
    }
}
