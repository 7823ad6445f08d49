using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Tests.Recipes.Stages;

public sealed class PreparedDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PreparedDataTests() => _folder.Images("a", 20).Images("b", 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Subset_policies_and_mixing_reach_the_loader()
    {
        Recipe recipe = Parse("data.subset={per_class: 6}", "data.image_size=16",
            "teacher.training={augmentation: rand-m9-mstd0.5-inc1, grayscale: 0.1, "
            + "blur: 0.2, random_erasing: 0.3, mixup_alpha: 0.8, batch_size: 4}");
        PreparedData data = PreparedData.Open(recipe.Data, 1);
        Assert.Equal(12, data.Dataset.Train.Count);
        Assert.Equal(6, data.Dataset.Test.Count);
        using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2, ImageSize = 16 });
        BatchLoader loader = data.Training(recipe.Teacher.Training, model, 0);
        Assert.Equal(("rand-m9-mstd0.5-inc1", 0.1, 0.2, 0.3),
            (loader.View.Augmentation, loader.View.Grayscale, loader.View.Blur, loader.View.RandomErasing));
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
                Assert.NotNull(batch.Mix);
        }
    }

    [Fact]
    public void Sampling_reaches_the_loader()
    {
        Recipe recipe = Parse("data.subset={long_tail: 10}", "data.image_size=16", "teacher.training={sampling: balanced, batch_size: 4}");
        PreparedData data = PreparedData.Open(recipe.Data, 1);
        BatchLoader loader = data.StudentTraining(recipe.Teacher.Training, ModelCatalogue.Info("vit_pico_patch4_32"), 16, 0, false, null);
        int rare = loader.ClassCounts(2).Min(), drawn = 0;
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
                drawn += batch.Indices.Count(i => data.Dataset.Train.Label(i) == Array.IndexOf(loader.ClassCounts(2), rare));
        }

        Assert.InRange(rare, 1, 2);
        Assert.InRange(drawn, 4, 8);
    }

    [Theory]
    [InlineData("teacher.training.augmentation=rand-m9-x2",
        "'teacher.training.augmentation' is 'rand-m9-x2'; it must be none, trivial, three")]
    [InlineData("student.training.mixup_alpha=-1", "'student.training.mixup_alpha' is '-1'; it must be between 0 and 100")]
    [InlineData("data.subset={long_tail: 0.5}", "'data.subset.long_tail' is '0.5'; it must be between 1")]
    [InlineData("data.on_leakage=ignore", "it must be one of fail, strict, warn")]
    public void Wrong_values_are_named(string change, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => Parse(change)).Message);

    [Fact]
    public void Each_seed_draws_its_own_images_where_it_is_to()
    {
        string[] Drawn(int seed, params string[] changes) =>
        [
            .. Names(PreparedData.Open(Parse(["data.subset={per_class: 6}", "data.image_size=16", .. changes]), seed: seed, threads: 1)),
        ];
        Assert.Equal(Drawn(0), Drawn(1));
        Assert.NotEqual(Drawn(0, "data.subset_by_seed=true"), Drawn(1, "data.subset_by_seed=true"));
        Assert.Equal(Drawn(0), Drawn(0, "data.subset_by_seed=true"));

        static IEnumerable<string> Names(PreparedData data) =>
            Enumerable.Range(0, data.Dataset.Train.Count).Select(data.Dataset.Train.Name);
    }

    [Fact]
    public void A_leak_is_an_error_unless_it_is_to_warn()
    {
        foreach (string split in new[] { "train", "val", "test" })
            _folder.Images($"split/{split}/a", 2).Images($"split/{split}/b", 2);
        _folder.Add("split/test/a/leak.png", File.ReadAllBytes(_folder.File("split/train/a/000.png")));
        Recipe recipe = Parse("data.image_size=16") with { Data = new DataRecipe { Source = _folder.File("split"), ImageSize = 16 } };
        InputException error = Assert.Throws<InputException>(() => PreparedData.Open(recipe.Data, 1));
        Assert.Contains("exact copies", error.Message);
        Assert.Contains("data.on_leakage=warn", error.Remedy);
        Assert.Contains(
            PreparedData.Open(recipe.Data with { OnLeakage = LeakagePolicy.Warn }, 1).Dataset.Warnings,
            w => w.Contains("exact copies", StringComparison.Ordinal));
    }

    private Recipe Parse(params string[] changes) => RecipeReader.Parse($"name: x\ndata:\n  source: '{_folder.Path}'\n", "r.yaml", changes);
}
