using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Tests.Data;

namespace ReMem.Tests.Recipes.Run;

[Collection(TorchGenerator.Name)]
public sealed class ComparisonPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ComparisonPipelineTests()
    {
        foreach ((string split, int count) in new[] { ("train", 20), ("val", 4), ("test", 8) })
        {
            foreach (string name in new[] { "a", "b" })
            {
                for (int i = 0; i < count; i++)
                    _folder.Add($"photos/{split}/{name}/{i}.png", TestImages.Noise(36, 36, split + name, i));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Seeds_that_draw_their_own_images_train_as_each_does_alone()
    {
        string both = Run("both", "seeds=[3, 4]", "data.subset_by_seed=true");
        string alone = Run("alone", "seeds=[4]", "data.subset_by_seed=true");
        string drawn = Run("drawn", "seeds=[4]", "data.subset.seed=4");
        string same = Run("same", "seeds=[3, 4]");
        byte[] Student(string run) => File.ReadAllBytes(Path.Combine(run, "seed-4", "none", "student", "model.safetensors"));
        Assert.Equal(Student(alone), Student(both));
        Assert.Equal(Student(drawn), Student(both));
        Assert.NotEqual(Student(same), Student(both));

        // The process of a worker opens the images itself.
        Recipe recipe = Tiny("seeds=[3, 4]", "data.subset_by_seed=true");
        string parts = _folder.File("parts");
        Directory.CreateDirectory(parts);
        using (RunFolder.Open(parts, RecipeReader.Write(recipe)))
            new ComparisonPipeline(recipe, null).RunPart(parts, new ComparisonPart("none", 4), 1);
        Assert.Equal(Student(both), Student(parts));
    }

    [Fact]
    public void A_report_to_quote_is_looked_for_before_any_work_and_shown_at_the_end()
    {
        string quoted = _folder.File("report.json");
        InputException error = Assert.Throws<InputException>(() => Run("missing", $"quoted_report={quoted}"));
        Assert.Contains("is missing", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("missing")));

        Directory.Move(Run("before", "seeds=[1, 2]"), _folder.File("moved"));
        File.Copy(Path.Combine(_folder.File("moved"), ReportWriter.JsonFile), quoted);
        ComparisonReport report = ReportWriter.Read(Run("quoting", $"quoted_report={quoted}"));
        Assert.Equal(2, report.Quoted!.Seeds);
    }

    [Fact]
    public void Each_model_has_its_time()
    {
        string run = Run("timed", "methods=[none, standard]", "data.subset.per_class=20",
            "teacher={model: vit_pico_patch4_32, training: {epochs: 1, batch_size: 6, warmup_epochs: 0}}", "information={epochs: 0}");
        ComparisonReport report = ReportWriter.Read(run);
        Assert.Equal([ModelRole.Student, ModelRole.Exported, ModelRole.Teacher], report.Costs.Select(c => c.Role).Order());
        Assert.All(report.Costs, row => Assert.True(row.Milliseconds > 0));
        Assert.Equal(report.Costs[0].Milliseconds, report.Costs[1].Milliseconds);
        Assert.NotEqual(report.Costs[0].Milliseconds, report.Costs[2].Milliseconds);
    }

    private string Run(string folder, params string[] changes)
    {
        string path = _folder.File(folder);
        new ComparisonPipeline(Tiny(changes), null).Run(path, "remem run r.yaml");
        return path;
    }

    private Recipe Tiny(params string[] changes) => RecipeReader.Parse("name: tiny", "r.yaml",
    [
        $"data.source={_folder.File("photos")}", "data.image_size=32", "data.crop_pct=1", "data.subset.per_class=6", "threads=1",
        "methods=[none]", "student={model: resnet20, training: {epochs: 1, batch_size: 6, warmup_epochs: 0}}", .. changes,
    ]);
}
