using ReMem.Recipes;
using ReMem.Recipes.Plan;
using ReMem.Tests.Training;
using ReMem.Training;

namespace ReMem.Tests.Recipes.Plan;

public sealed class PartLeftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_does_not_exist_has_everything_left()
    {
        Assert.Equal(new PartLeft(new ComparisonPart("sam", 1), 0, true, 0),
            PartLeft.In(_folder.File("none"), new ComparisonPart("sam", 1)));
        Assert.Equal(new PartLeft(new ComparisonPart("none", 1), null, false, 0),
            PartLeft.In(_folder.File("none"), new ComparisonPart("none", 1)));
    }

    [Fact]
    public void Finished_stages_and_the_epochs_of_a_checkpoint_are_seen()
    {
        var part = new ComparisonPart("sam", 0);
        _folder.Add("seed-0/sam/teacher/result.json", "{}"u8.ToArray());
        Assert.Equal(new PartLeft(part, null, true, 0), PartLeft.In(_folder.Path, part));
        _folder.Add("seed-0/sam/teacher/information.json", "{}"u8.ToArray());

        Directory.CreateDirectory(_folder.File("seed-0/sam/student"));
        using var model = TinyTraining.Model();
        new Trainer(TinyTraining.Options with { Epochs = 2 }).Run(TinyTraining.Job(model,
            _folder.File("seed-0/sam/student/checkpoint.safetensors")));
        Assert.Equal(new PartLeft(part, null, false, 2), PartLeft.In(_folder.Path, part));

        _folder.Add("seed-0/sam/student/result.json", "{}"u8.ToArray());
        Assert.True(PartLeft.In(_folder.Path, part).IsDone);
    }

    [Fact]
    public void The_trials_of_auto_are_seen_too()
    {
        var part = new ComparisonPart("both", 0);
        _folder.Add("seed-0/both/teacher/auto/none/result.json", "{}"u8.ToArray());
        _folder.Add("seed-0/both/teacher/auto/top-2-0.5/result.json", "{}"u8.ToArray());
        Directory.CreateDirectory(_folder.File("seed-0/both/teacher/auto/ramp-0.5"));
        using var model = TinyTraining.Model();
        new Trainer(TinyTraining.Options with { Epochs = 1 }).Run(TinyTraining.Job(model,
            _folder.File("seed-0/both/teacher/auto/ramp-0.5/checkpoint.safetensors")));
        Assert.Equal(new PartLeft(part, 0, true, 0) { TrialsDone = 2, TrialEpochs = 1 }, PartLeft.In(_folder.Path, part));
    }

    [Fact]
    public void A_broken_checkpoint_counts_as_none()
    {
        _folder.Add("seed-0/none/student/checkpoint.safetensors", "broken"u8.ToArray());
        Assert.Equal(0, PartLeft.In(_folder.Path, new ComparisonPart("none", 0)).StudentEpochs);
    }
}
