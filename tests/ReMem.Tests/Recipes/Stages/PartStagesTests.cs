using System.Text.RegularExpressions;
using ReMem.Data.Sources;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Weights;

namespace ReMem.Tests.Recipes.Stages;

/// <summary>
/// What a part reads and shows to its models, and that a run that goes on ends with the same numbers. Each model has a size of its own, by
/// which its passes are known.
/// </summary>
[Collection(TorchGenerator.Name)]
public sealed partial class PartStagesTests : IDisposable
{
    private const int TeacherSize = 64, StudentSize = 32, MeterSize = 16;
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _shown = [];
    private int _loaded;

    public PartStagesTests()
    {
        // Dark and bright: a teacher is far above chance after few steps, and so is not tried with other normalisations.
        foreach ((string split, int count) in new[] { ("train", 32), ("val", 12), ("test", 12) })
        {
            for (int i = 0; i < count; i++)
            {
                _folder.Add($"photos/{split}/dark/{i}.png", Photo(split, i, 20));
                _folder.Add($"photos/{split}/light/{i}.png", Photo(split, i, 180));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_teacher_that_was_trained_here_is_not_read_again_and_each_split_is_shown_to_each_model_once()
    {
        Recipe recipe = Recipe("standard");
        PreparedData data = Watched(recipe);
        using (StageContext context = Context(data))
        {
            new PartStages(recipe, context).Run(new ComparisonPart("standard", 0), _folder.File("run"));
            Assert.Equal(0, _loaded);
            string[] teacher = Passes(TeacherSize, "train", "val", "test"), meter = Passes(MeterSize, "test", "train");
            Assert.Equal([.. teacher.Concat(meter).Concat(Passes(StudentSize, "val", "test")).Order()], _shown.Order());

            // The images that decoders draw are the run's, not a part's.
            new PartStages(recipe, context).Run(new ComparisonPart("standard", 1), _folder.File("run"));
            Assert.Equal(0, _loaded);
            Assert.Equal(meter, ShownAt(MeterSize));
        }

        _shown.Clear();
        using StageContext again = Context(data);
        new PartStages(recipe, again).Run(new ComparisonPart("standard", 0), _folder.File("run"));
        Assert.Equal(0, _loaded);
        Assert.Empty(_shown);
    }

    [Fact]
    public void Trials_and_measurement_draw_the_same_images()
    {
        Recipe recipe = Recipe("reweighted", "teacher.reweighting=auto");
        using StageContext context = Context(Watched(recipe));
        new PartStages(recipe, context).Run(new ComparisonPart("reweighted", 0), _folder.File("run"));
        Assert.Equal(Passes(MeterSize, "test", "train", "val"), ShownAt(MeterSize));

        // Five trials and the teacher are validated once each.
        Assert.Equal(6, _shown.Count(s => s == $"val {TeacherSize}"));
        Assert.Equal(0, _loaded);
    }

    [Theory]
    [InlineData("standard")]
    [InlineData("reweighted")]
    public void A_teacher_that_is_read_from_its_folder_gives_the_same_measurement_and_the_same_student(string method)
    {
        // A scale that is no power of two rounds otherwise once it is folded into the weights.
        string[] best = ["student.training.epochs=2", "student.training.keep=best", "student.training.patience=1"];
        Recipe recipe = Recipe(method, ["teacher.reweighting=ramp(0.3)", .. best]);
        var part = new ComparisonPart(method, 0);
        MethodRun whole = Run();
        string[] files = ["teacher/information.json", "student/model.safetensors", "student/metrics.jsonl", "student/result.json"];
        string[] before = [.. files.Select(Content)];
        Assert.Equal(0, _loaded);

        File.Delete(At("teacher/information.json"));
        Directory.Delete(At("student"), recursive: true);
        MethodRun again = Run();
        Assert.Equal(1, _loaded);
        Assert.Equal(before, files.Select(Content));
        Assert.Equal(whole.Student.Test.NegativeLogLikelihood, again.Student.Test.NegativeLogLikelihood);

        // The scores of the teacher are those of the model in its folder.
        using ImageModel teacher = ModelFolder.Load(At("teacher")).Model;
        PreparedData data = PreparedData.Open(recipe);
        using StageContext context = new(data, null, CancellationToken.None);
        using var answers = context.Answers(teacher, data.Dataset.Test);
        Assert.Equal(whole.Teacher!.Test.NegativeLogLikelihood, answers.CrossEntropy(), 1e-5);

        MethodRun Run()
        {
            using StageContext stages = Context(PreparedData.Open(recipe));
            return new PartStages(recipe, stages).Run(part, _folder.File("run"));
        }

        string At(string file) => _folder.File($"run/seed-0/{method}/{file}");
        string Content(string file) => file.EndsWith(".safetensors", StringComparison.Ordinal)
            ? Convert.ToBase64String(File.ReadAllBytes(At(file)))
            : Seconds().Replace(File.ReadAllText(At(file)), "$1\":0");
    }

    private static string[] Passes(int size, params string[] splits) => [.. splits.Select(split => $"{split} {size}")];

    private IEnumerable<string> ShownAt(int size) => _shown.Where(s => s.EndsWith($" {size}", StringComparison.Ordinal)).Order();

    private PreparedData Watched(Recipe recipe)
    {
        PreparedData data = PreparedData.Open(recipe);
        data.Shown = (split, size) => _shown.Add($"{Name(data.Dataset, split)} {size}");
        return data;
    }

    private static string Name(ImageDataset dataset, IImageSource split) =>
        split == dataset.Train ? "train" : split == dataset.Validation ? "val" : split == dataset.Test ? "test" : "part";

    private StageContext Context(PreparedData data) => new(data, null, CancellationToken.None)
    {
        Load = folder =>
        {
            _loaded++;
            return ModelFolder.Load(folder).Model;
        },
    };

    private Recipe Recipe(string method, params string[] more) => RecipeReader.Parse("name: passes", "r.yaml",
    [
        $"data.source={_folder.File("photos")}", "data.image_size=48", "data.crop_pct=1", "threads=1", $"methods=[{method}]",
        $"teacher={{model: vit_pico_patch4_32, image_size: {TeacherSize}, "
            + $"training: {{epochs: 2, validate_every: 2, batch_size: 8, warmup_epochs: 0}}}}",
        "teacher.training.lr=0.001", $"student={{model: resnet20, image_size: {StudentSize}, distillation: {{weight: 0.5, cache: none}}}}",
        "student.training={epochs: 1, batch_size: 8, warmup_epochs: 0}",
        $"information={{image_size: {MeterSize}, epochs: 1, seeds: 2}}",
        .. more,
    ]);

    /// <summary>Pixels about a shade, unlike those of every other photo.</summary>
    private static byte[] Photo(string split, int index, int shade)
    {
        const int Side = 24;
        var random = new CounterRandom(shade, split, 0, index);
        byte[] rows = new byte[Side * Side * 3];
        foreach (ref byte value in rows.AsSpan())
            value = (byte)(shade + (random.NextUInt32() % 50));
        return TestImages.Png(Side, Side, 8, 2, rows);
    }

    [GeneratedRegex("(seconds)\":\\s*[0-9.eE+-]+")]
    private static partial Regex Seconds();
}
