using ReMem.Data;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Recipes;

[Collection(TorchGenerator.Name)]
public sealed class StagesTests : IDisposable
{
    private const string Models = "name: x\ndata:\n  source: photos\n  image_size: 32\nteacher:\n  model: vit_pico_patch4_32\nstudent:\n  model: resnet20\n";
    private readonly TempFolder _folder = new();

    public StagesTests()
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
            $"data.source={_folder.At("photos")}", "data.image_size=48", "data.crop_pct=1",
            "teacher={model: vit_pico_patch4_32, image_size: 64, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}}",
            "student={model: resnet20, image_size: 32, training: {epochs: 1, batch_size: 8, warmup_epochs: 0}, distillation: {weight: 0.5}}",
            "information={image_size: 16, epochs: 0, seeds: 2}",
        ]);
        PreparedData data = PreparedData.Open(recipe);
        using RunFolder folder = RunFolder.Open(_folder.At("run"), RecipeReader.Write(recipe));
        var stages = new Stages(data, null, CancellationToken.None);
        stages.Teacher(recipe.Teacher, new ReMem.Teachers.TeacherOptions(), recipe.Information, 0, folder, "teacher");
        using ImageModel teacher = ModelFolder.Load(_folder.At("run/teacher")).Model;
        Assert.Equal(64, teacher.ImageSize);

        List<(long[] Shape, float[] Values)> seen = [];
        teacher.register_forward_pre_hook((_, input) =>
        {
            seen.Add((input.shape, input.contiguous().data<float>().ToArray()));
            return input;
        });
        stages.Student(recipe.Student, teacher, null, 0, folder, "student");
        using ImageModel student = ModelFolder.Load(_folder.At("run/student")).Model;
        Assert.Equal(32, student.ImageSize);

        // What the teacher saw is the student's own view, at the teacher's size and normalised as the teacher is.
        BatchLoader loader = data.Training(recipe.Student.Training, student, new CounterRandom(0, "student").NextUInt32(), teacher: teacher);
        using Batch batch = loader.Epoch(0).First();
        Assert.Equal([8, 3, 32, 32], batch.Images.shape);
        using Tensor expected = teacher.Info.Normalization.Apply(batch.SecondImages!);
        Assert.Equal([8, 3, 64, 64], seen[0].Shape);
        Assert.Equal(expected.data<float>().ToArray(), seen[0].Values);

        // A model refuses images of another size than it was made for.
        stages.Meter(teacher, recipe.Information, "meter");
        Assert.Equal(data.Dataset.Test.Count, stages.Score(teacher, data.Dataset.Test).Count);
    }

    [Fact]
    public void Without_sizes_of_their_own_both_take_the_datas()
    {
        Recipe recipe = RecipeReader.Parse("name: sizes", "r.yaml", [$"data.source={_folder.At("photos")}", "data.image_size=32", "student={model: resnet20, training: {epochs: 1, batch_size: 8}}"]);
        using RunFolder folder = RunFolder.Open(_folder.At("run"), RecipeReader.Write(recipe));
        new Stages(PreparedData.Open(recipe), null, CancellationToken.None).Student(recipe.Student, null, null, 0, folder, "student");
        using ImageModel student = ModelFolder.Load(_folder.At("run/student")).Model;
        Assert.Equal(32, student.ImageSize);
        Assert.Contains("it must be between 8 and 2048", Assert.Throws<InputException>(() => RecipeReader.Parse("name: x", "r.yaml", ["data.source=x", "teacher.image_size=4"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teacher.training.freeze=7", "Of 'vit_pico_patch4_32' 7 blocks are to be frozen, but it has 6.")]
    [InlineData("teacher.training.progressive=from(16)", "'vit_pico_patch4_32' is made for one image size, 32 px")]
    [InlineData("student.training.freeze=layer4", "Unknown part of 'resnet20' 'layer4'; did you mean 'layer")]
    [InlineData("student.training.progressive=from(32)", "'from(32)' starts at 32 px; 'resnet20' on views of 32 px can start at 8 to 31 px.")]
    public void What_does_not_fit_a_model_is_told_before_any_work(string setting, string message)
    {
        InputException error = Assert.Throws<InputException>(() => Stages.RequireTrainable(RecipeReader.Parse(Models, "r.yaml", [setting])));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teacher.training.freeze=6", "student.training.progressive=from(16)")]
    [InlineData("teacher.training.freeze=7", "methods=[none]")]
    public void What_fits_or_is_not_used_is_not(params string[] settings) => Stages.RequireTrainable(RecipeReader.Parse(Models, "r.yaml", settings));

    public void Dispose() => _folder.Dispose();
}
