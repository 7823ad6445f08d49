using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Fit;
using ReMem.Recipes.Init;
using ReMem.Tests.Data;
using ReMem.Tests.Training;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Recipes.Fit;

[Collection(TorchGenerator.Name)]
public sealed class ModelFitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];
    private readonly FitOptions _options;

    public ModelFitTests()
    {
        foreach (string name in new[] { "a", "b" })
        {
            for (int i = 0; i < 40; i++)
                _folder.Add($"photos/{name}/{i}.png", TestImages.Noise(20, 20, name, i));
        }

        TorchSharp.torch.manual_seed(1);
        using ImageModel teacher = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2 });
        ModelFolder.Save(_folder.File("teacher"), teacher, ["x", "y"]);
        _options = new FitOptions
        {
            Proposal = new ProposalOptions
            {
                Source = _folder.File("photos"),
                Model = "vit_pico_patch4_32",
                Weights = _folder.File("teacher/model.safetensors"),
                Student = "resnet20",
                ImageSize = 16,
            },
            Time = TimeSpan.FromSeconds(60),
            Metric = SelectionMetric.Balanced,
            Int8 = true,
            Seed = 3,
        };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_proposed_trained_in_the_time_chosen_exported_and_scored()
    {
        FitResult result = Fit(_options);
        Assert.True(File.Exists(result.File));
        Assert.Equal(new FileInfo(result.File).Length, result.Bytes);
        Assert.InRange(result.Scores.Top1, result.Interval.Low, result.Interval.High);
        Assert.NotNull(result.LabelsAlone);
        Assert.Equal(result.Method != "none", result.Teacher is not null);
        Assert.All(result.Latency, row => Assert.True(row.P50 > 0));
        Assert.Equal(["float32", "float16", "int8"], result.Forms.Select(form => form.Name));
        Assert.True(File.Exists(Path.Combine(_folder.File("fit"), result.Forms[1].Path!)));
        Assert.True(File.Exists(result.Report));
        Recipe recipe = RecipeReader.Read(_folder.File("fit/recipe.yaml"));
        Assert.Equal((3, SelectionMetric.Balanced), (Assert.Single(recipe.Seeds), recipe.SelectBy));
        Assert.Equal("none", recipe.Methods[0].Name);
        Assert.True(recipe.LinearProbe);
        Assert.True(File.Exists(_folder.File("fit/probe/result.json")));
        Assert.Contains(_told, t => t.Contains("teachers of", StringComparison.Ordinal));

        // The same call goes on: nothing is trained again, whatever the time.
        _told.Clear();
        Assert.Equal(result.Scores, Fit(_options with { Time = TimeSpan.FromSeconds(1) }).Scores);
        Assert.Contains("going on with the recipe of the folder", _told);
        Assert.DoesNotContain(_told, t => t.Contains("timing a few steps", StringComparison.Ordinal));

        InputException other = Assert.Throws<InputException>(() =>
            Fit(_options with { Proposal = _options.Proposal with { Source = _folder.File("others") } }));
        Assert.StartsWith("The folder holds a fit of other images", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teacher.model=deit_tiny_patch16_224", null, "none auto", "none standard")]
    [InlineData("teacher.model=deit_tiny_patch16_224", "data.unlabelled=more", "none auto pseudo", "none pseudo")]
    [InlineData("teacher.model=convnext_tiny", null, "none standard", "none standard")]
    public void What_is_tried_depends_on_the_images_and_the_teacher(string teacher, string? unlabelled, string methods, string few)
    {
        string[] overrides = ["data.source=photos", teacher, .. unlabelled is null ? [] : new[] { unlabelled }];
        Recipe recipe = RecipeReader.Parse("name: x", "r.yaml", overrides);
        Assert.Equal(methods, string.Join(' ', ModelFit.Methods(recipe)));
        Assert.Equal(few, string.Join(' ', ModelFit.FewMethods(recipe)));
    }

    [Fact]
    public void A_time_that_is_too_short_leaves_no_folder()
    {
        Assert.StartsWith("The shortest trainings take about",
            Assert.Throws<InputException>(() => Fit(_options with { Time = TimeSpan.FromSeconds(1) })).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("fit")));
    }

    private FitResult Fit(FitOptions options) =>
        new ModelFit(options, new TinyTraining.Watcher(r => _told.Add(r.Message ?? string.Empty)), new WeightSource())
            .Run(_folder.File("fit"), "remem fit", CancellationToken.None);
}
