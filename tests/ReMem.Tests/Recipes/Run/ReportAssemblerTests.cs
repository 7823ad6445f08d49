using ReMem.Evaluation;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;

namespace ReMem.Tests.Recipes.Run;

public sealed class ReportAssemblerTests : IDisposable
{
    private static readonly OnnxSection Onnx = new("student/model.onnx", "sam", 1, 1e-6, 1, 10);
    private readonly TemporaryFolder _folder = new();

    public ReportAssemblerTests() => _folder.Images("photos/train/a", 5).Images("photos/train/b", 4).Images("photos/val/a", 3)
        .Images("photos/val/b", 2).Images("photos/test/b", 6);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_are_the_recipes_methods_and_seeds_those_that_were_run()
    {
        // As they may end: in another order than the recipe names them.
        MethodRun[] runs = [StageResults.Run("sam", 4, 0.7), StageResults.Run("none", 4, 0.6), StageResults.Run("sam", 1, 0.9),
            StageResults.Run("none", 1, 0.8)];
        ComparisonReport report = Assemble(Recipe(), runs);
        Assert.Equal(["none", "sam"], report.Rows.Select(r => r.Method));
        Assert.Equal([(4, 0.5), (1, 0.7)], report.Rows[0].Seeds.Select(s => (s.Seed, Math.Round(s.StudentTop1, 9))));
        Assert.Equal([(4, 0.6), (1, 0.8)], report.Rows[1].Seeds.Select(s => (s.Seed, Math.Round(s.StudentTop1, 9))));
        Assert.Equal(("remem run r.yaml", "x", "x", Onnx), (report.Command, report.Title, report.RecipeName, report.Onnx));
        Assert.Equal([4, 1], report.Seeds);
        Assert.Equal(RecipeReader.Write(Recipe()), report.RecipeText);
        Assert.True(report.Finished >= report.Started);
        Assert.Equal("A title", Assemble(Recipe("title=A title"), runs).Title);
    }

    [Fact]
    public void A_row_has_the_test_scores_and_those_that_choices_are_made_by()
    {
        SeedRow row = ReportAssembler.Row(StageResults.Run("sam", 3, 0.9, teacher: 0.5));
        Assert.Equal((3, 0.4, 0.5, 0.1), (row.Seed, row.TeacherTop1, row.TeacherValidationTop1, row.TeacherBalanced));
        Assert.Equal((0.8, 0.9, 0.2, 0.4, 0.1),
            (row.StudentTop1, row.StudentValidationTop1, row.StudentBalanced, row.StudentTop5, row.Ece));
        Assert.Equal((0.05, 0.1), (row.InformationLogits!.Mean, row.InformationPooled!.Mean));
        Assert.Equal((3, 3), (row.TeacherMinutes, row.StudentMinutes));
    }

    [Fact]
    public void Without_a_teacher_nothing_is_reported_of_one()
    {
        SeedRow row = ReportAssembler.Row(StageResults.Run("none", 0, 0.9));
        Assert.Null(row.TeacherTop1 ?? row.TeacherValidationTop1 ?? row.TeacherBalanced);
        Assert.Null(row.InformationLogits ?? row.InformationPooled);
        Assert.Equal((0, 3), (row.TeacherMinutes, row.StudentMinutes));
    }

    [Fact]
    public void Curves_are_of_the_first_seed_and_of_validated_epochs()
    {
        Curve[] curves = [.. Assemble(Recipe(), [StageResults.Run("none", 4, 0.6), StageResults.Run("sam", 4, 0.7),
            StageResults.Run("sam", 1, 0.9)]).Curves];
        Assert.Equal(
            [
                ("Student: training loss", "none"), ("Student: validation top-1 (%)", "none"), ("Teacher: training loss", "sam"),
                ("Teacher: validation top-1 (%)", "sam"), ("Student: training loss", "sam"), ("Student: validation top-1 (%)", "sam"),
            ],
            curves.Select(c => (c.Chart, c.Name)));
        Assert.Equal([new(1, 0.9), new(2, 0.7)], curves[0].Points);
        Assert.Equal(new CurvePoint(2, 70), Assert.Single(curves[^1].Points));
    }

    [Fact]
    public void Notes_say_what_was_chosen_left_out_and_measured_on()
    {
        var auto = new TeacherChoice("top(2,0.5)", "top(2,0.5) was chosen: it keeps most.", 2,
            [new("none", 0.5, new Interval(0.1, 0.01, 3), 1), new("top(2,0.5)", 0.52, new Interval(0.2, 0.01, 3), 1)]);
        MethodRun sam = StageResults.Run("sam", 4, 0.7);
        MethodRun[] runs = [StageResults.Run("none", 4, 0.6),
            sam with { Teacher = StageResults.Trained(0.5, 0.4, skipped: 2, auto), Student = StageResults.Trained(0.7, 0.6, skipped: 3) }];
        Assert.Equal(
            [
                "Teachers see views of 48 px and students of 32 px; while distilling, both see the same crop.",
                "Validation top-1 of the students of 'none': 60.0 % (the exported student was chosen by it).",
                "Validation top-1 of the students of 'sam': 70.0 % (the exported student was chosen by it).",
                "sam, seed 4: auto: top(2,0.5) was chosen: it keeps most. After 2 epochs: none 50.0 %, I_hat 0.1000; "
                    + "top(2,0.5) 52.0 %, I_hat 0.2000.",
                "5 steps were left out since the gradient was not finite.",
                "I_hat: decoders learned on 9 training images and were judged on 8 test images (2 left out as equal to a training "
                    + "image), 32 px, 3 decoder seeds.",
                "Planned: 1 minute; took 2.",
            ],
            Assemble(Recipe("teacher.image_size=48"), runs, "Planned: 1 minute; took 2.").Notes);
    }

    [Fact]
    public void Nothing_is_noted_of_what_was_not_done() => Assert.Equal(
        ["Validation top-1 of the students of 'none': 60.0 % (the exported student was chosen by it)."],
        Assemble(Recipe("methods=[none]"), [StageResults.Run("none", 4, 0.6)]).Notes);

    [Fact]
    public void Images_are_counted_by_class_and_split()
    {
        DataSection data = Assemble(Recipe("methods=[none]"), [StageResults.Run("none", 4, 0.6)]).Data;
        Assert.Equal([new ClassCount("a", 5, 3, 0), new ClassCount("b", 4, 2, 6)], data.Classes);
        Assert.Equal((9, 5, 6, 32), (data.Train, data.Validation, data.Test, data.ImageSize));
    }

    private Recipe Recipe(params string[] more) => RecipeReader.Parse(
        "name: x\nmethods: [none, sam]\nseeds: [4, 1]\n", "r.yaml", [$"data.source={_folder.File("photos")}", "data.image_size=32",
            .. more]);

    private static ComparisonReport Assemble(Recipe recipe, MethodRun[] runs, string? outcome = null) =>
        new ReportAssembler(recipe, PreparedData.Open(recipe).Dataset).Assemble(runs, Onnx, null, null, "remem run r.yaml",
            DateTimeOffset.UtcNow, outcome);
}
