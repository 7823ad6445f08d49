using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Teachers;

namespace ReMem.Tests.Recipes.Stages;

public sealed class StageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_part_has_a_folder_for_its_teacher_and_one_for_its_student()
    {
        var part = new ComparisonPart("sam", 3);
        StageFolder teacher = StageFolder.OfTeacher(_folder.Path, part), student = StageFolder.OfStudent(_folder.Path, part);
        Assert.Equal((_folder.File("seed-3/sam/teacher"), "seed-3/sam/teacher", false), (teacher.Path, teacher.Name, teacher.IsWhole));
        Assert.Equal((_folder.File("seed-3/sam/student"), "seed-3/sam/student"), (student.Path, student.Name));
        Assert.Equal(_folder.File("seed-3/sam/student/checkpoint.safetensors"), student.CheckpointPath);
        Assert.False(Directory.Exists(teacher.Path), "nothing is made until a stage begins");
    }

    [Fact]
    public void A_stage_that_is_the_whole_run_lies_in_the_runs_folder()
    {
        var whole = new StageFolder(_folder.Path);
        Assert.Equal((_folder.Path, "training", true), (whole.Path, whole.Name, whole.IsWhole));
    }

    [Fact]
    public void A_stage_is_done_once_its_result_is_there_and_its_checkpoint_goes()
    {
        var stage = new StageFolder(_folder.Path, "s");
        Assert.Null(stage.TryRead<int[]>());
        _folder.Add("s/checkpoint.safetensors", [1]);
        Assert.False(stage.IsDone);
        stage.Finish(new[] { 1, 2 });
        Assert.True(stage.IsDone);
        Assert.Equal([1, 2], stage.TryRead<int[]>()!);
        Assert.Equal([stage.At("result.json")], Directory.GetFileSystemEntries(stage.Path));
    }

    [Fact]
    public void What_was_measured_is_kept_next_to_the_result()
    {
        var stage = new StageFolder(_folder.Path, "s");
        Assert.Null(stage.TryReadMeter());
        Assert.False(stage.IsMeasured);
        stage.WriteMeter(StageResults.Measured(0.25));
        Assert.True(stage.IsMeasured);
        Assert.Equal(0.25, stage.TryReadMeter()!.Logits.NatsPerChannel.Mean);
        Assert.False(stage.IsDone);
    }

    [Fact]
    public void Trials_lie_below_their_teacher_and_are_found_again()
    {
        var teacher = new StageFolder(_folder.Path, "seed-0", "both", "teacher");
        Assert.Empty(teacher.Trials);
        StageFolder trial = teacher.Trial(new TeacherCandidate("top(2,0.5)", new TeacherOptions()));
        Assert.Equal("seed-0/both/teacher/auto/top-2-0.5", trial.Name);
        Assert.Equal(_folder.File("seed-0/both/teacher/auto/top-2-0.5"), trial.Path);
        trial.Finish(new[] { 1 });
        StageFolder found = Assert.Single(teacher.Trials);
        Assert.Equal((trial.Path, trial.Name, true), (found.Path, found.Name, found.IsDone));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_copy_has_every_file_and_the_measurement_where_it_is_the_same(bool measured)
    {
        var from = new StageFolder(_folder.Path, "a", "teacher");
        var to = new StageFolder(_folder.File("other"), "b", "teacher");
        _folder.Add("a/teacher/model.safetensors", [7]);
        from.WriteMeter(StageResults.Measured(0.25));
        from.Finish(StageResults.Trained(0.5, 0.4));
        from.CopyTo(to, measured);
        string[] names = measured ? ["information.json", "model.safetensors", "result.json"] : ["model.safetensors", "result.json"];
        Assert.Equal(names, Directory.GetFiles(to.Path).Select(Path.GetFileName).Order());
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(from.At(name)), File.ReadAllBytes(to.At(name))));
    }

    [Fact]
    public void A_copy_that_is_cut_off_is_not_done()
    {
        var from = new StageFolder(_folder.Path, "a");
        var to = new StageFolder(_folder.Path, "b");
        _folder.Add("a/zebra.txt", [7]);
        from.Finish(new[] { 1 });

        // Where the last file but the result should go there is a folder: the copy fails there.
        Directory.CreateDirectory(to.At("zebra.txt"));
        Assert.Throws<InputException>(() => from.CopyTo(to, measured: true));
        Assert.False(to.IsDone);
    }
}
