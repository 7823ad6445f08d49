using ReMem.Recipes;
using ReMem.Recipes.Sweep;

namespace ReMem.Tests.Recipes.Sweep;

public sealed class SweepPlanTests
{
    private const string Yaml = """
        name: grid
        data: { source: photos }
        seeds: [0, 1]
        """;

    [Fact]
    public void What_a_method_does_not_depend_on_gives_it_no_more_cells()
    {
        SweepPlan plan = Plan("rho=0.02,0.1", "reweighting=top(4,0),top(4,0.5),ramp(0.5)");
        Assert.Equal(
            [("none", 1), ("standard", 1), ("sam", 2), ("reweighted", 3), ("both", 6)],
            plan.Cells.CountBy(c => c.Method).Select(c => (c.Key, c.Value)));
        Assert.Equal(["none", "standard", "sam rho=0.02", "sam rho=0.1", "reweighted reweighting=top(4,0)"],
            plan.Cells.Take(5).Select(c => c.Name));
        Assert.Equal("both rho=0.02 reweighting=top(4,0)", plan.Cells[7].Name);
        Assert.Equal(0.1, plan.Cells[3].Recipe.Teacher.Options.Rho);
        Assert.Equal(["sam"], plan.Cells[3].Recipe.Methods);
        Assert.Equal([0, 1], plan.Seeds);
    }

    [Fact]
    public void Students_that_differ_share_their_teacher()
    {
        SweepPlan plan = Plan("temperature=1,2", "rho=0.02,0.1");
        SweepCell[] sam = [.. plan.Cells.Where(c => c.Method == "sam")];
        Assert.Equal(4, sam.Length);
        Assert.Equal(2, sam.Select(c => c.TeacherInputs).Distinct().Count());
        Assert.Equal(2, sam.Select(c => c.MeterInputs).Distinct().Count());

        // The plain student has no temperature, and would have none however many were tried.
        Assert.Single(plan.Cells, c => c.Method == "none");
        Assert.Null(plan.Cells[0].TeacherInputs);
    }

    [Fact]
    public void A_change_of_meter_keeps_the_teacher_and_one_of_its_training_does_not()
    {
        SweepCell[] meters = [.. Plan("information.image_size=16,32").Cells.Where(c => c.Method == "standard")];
        Assert.Single(meters.Select(c => c.TeacherInputs).Distinct());
        Assert.Equal(2, meters.Select(c => c.MeterInputs).Distinct().Count());
        SweepCell[] rates = [.. Plan("teacher.training.lr=1e-4,2e-4").Cells.Where(c => c.Method == "standard")];
        Assert.Equal(2, rates.Select(c => c.TeacherInputs).Distinct().Count());
    }

    [Theory]
    [InlineData("teacher.image_size=32,64")]
    [InlineData("teacher.model=vit_pico_patch4_32,deit_tiny_patch16_224")]
    [InlineData("teacher.training.drop_path=0,0.1")]
    public void Whatever_makes_another_teacher_gives_it_another_cell(string axis)
    {
        SweepCell[] cells = [.. Plan(axis).Cells.Where(c => c.Method == "standard")];
        Assert.Equal(2, cells.Length);
        Assert.NotEqual(cells[0].TeacherInputs, cells[1].TeacherInputs);
    }

    [Theory]
    [InlineData("auto_epochs=1,2")]
    [InlineData("information.image_size=16,32")]
    public void Auto_depends_on_its_trials_and_nothing_else_does(string axis)
    {
        SweepPlan plan = SweepPlan.Create(overrides => Read(["teacher.reweighting=auto", .. overrides]), [SweepAxis.Parse(axis)]);
        int Teachers(string method) => plan.Cells.Where(c => c.Method == method).Select(c => c.TeacherInputs).Distinct().Count();
        Assert.Equal([1, 1, 2, 2], new[] { "standard", "sam", "reweighted", "both" }.Select(Teachers));
    }

    [Fact]
    public void A_method_that_does_what_another_does_shares_its_teacher()
    {
        SweepCell[] cells = [.. Plan("reweighting=none,top(4,0.5)").Cells];
        Assert.Equal(cells.Single(c => c.Method == "standard").TeacherInputs,
            cells.Single(c => c.Name == "reweighted reweighting=none").TeacherInputs);
        Assert.Equal(cells.Single(c => c.Method == "sam").TeacherInputs,
            cells.Single(c => c.Name == "both reweighting=none").TeacherInputs);
    }

    [Theory]
    [InlineData("calibrated", "mcmi=0.25,0.5", 1)]
    [InlineData("mcmi", "mcmi=0.25,0.5", 2)]
    [InlineData("consistent", "consistency=1,2", 2)]
    [InlineData("early", "information.image_size=16,32", 2)]
    [InlineData("sam+early", "auto_epochs=1,2", 2)]
    public void A_method_of_its_own_way_shares_no_teacher_with_plain_fine_tuning(string method, string axis, int teachers)
    {
        SweepPlan plan = SweepPlan.Create(overrides => Read([$"methods=[standard,{method}]", .. overrides]), [SweepAxis.Parse(axis)]);
        string[] own = [.. plan.Cells.Where(c => c.Method == method).Select(c => c.TeacherInputs!).Distinct()];
        Assert.Equal(teachers, own.Length);
        Assert.DoesNotContain(plan.Cells.First(c => c.Method == "standard").TeacherInputs, own);
    }

    [Fact]
    public void The_control_of_the_teachers_classes_shares_the_teacher_and_not_the_student()
    {
        SweepPlan plan = SweepPlan.Create(
            overrides => Read(["methods=[standard,pseudo]", "data.unlabelled=/tmp", .. overrides]), [SweepAxis.Parse("rho=0.1")]);
        Assert.Equal(2, plan.Cells.Count);
        Assert.Equal(plan.Cells[0].TeacherInputs, plan.Cells[1].TeacherInputs);
    }

    [Fact]
    public void Folders_are_plain_names_and_differ()
    {
        SweepPlan plan = Plan("reweighting=top(1,0.5),ramp(0.5)", "teacher.weights=/a/b.safetensors,/a-b.safetensors");
        Assert.All(plan.Cells, c => Assert.Matches("^[A-Za-z0-9._=-]+$", c.Folder));
        Assert.Equal(plan.Cells.Count, plan.Cells.Select(c => c.Folder.ToUpperInvariant()).Distinct().Count());
    }

    [Fact]
    public void Axes_with_the_same_short_name_are_written_in_full() =>
        Assert.Contains(Plan("teacher.training.lr=1e-4,2e-4", "student.training.lr=0.1,0.2").Cells,
            c => c.Name == "sam teacher.training.lr=1e-4 student.training.lr=0.1");

    [Fact]
    public void Without_axes_there_is_a_cell_a_method() =>
        Assert.Equal(["none", "standard", "sam", "reweighted", "both"], Plan().Cells.Select(c => c.Name));

    [Fact]
    public void More_seeds_go_on_in_the_same_cells()
    {
        SweepPlan more = SweepPlan.Create(Read, [SweepAxis.Parse("rho=0.02,0.1")], [0, 1, 2, 3]);
        Assert.Equal(Plan("rho=0.02,0.1").Cells.Select(c => (c.Folder, RecipeReader.Write(c.Recipe))),
            more.Cells.Select(c => (c.Folder, RecipeReader.Write(c.Recipe))));
        Assert.Equal([0, 1, 2, 3], more.Seeds);
    }

    [Fact]
    public void A_value_that_does_not_fit_its_key_is_named()
    {
        Assert.Contains("'teacher.rho' is '11'", Assert.Throws<InputException>(() => Plan("rho=0.1,11")).Message, StringComparison.Ordinal);
        Assert.Contains("grid names teacher.rho twice", Assert.Throws<InputException>(() => Plan("rho=0.1", "teacher.rho=0.2")).Message,
            StringComparison.Ordinal);
        string many = string.Join(',', Enumerable.Range(1, 101));
        Assert.Contains("more than 10000 points",
            Assert.Throws<InputException>(() => Plan($"information.epochs={many}", $"max_train={many}")).Message, StringComparison.Ordinal);
    }

    private static Recipe Read(IReadOnlyList<string> overrides) => RecipeReader.Parse(Yaml, "grid.yaml", overrides);

    private static SweepPlan Plan(params string[] axes) => SweepPlan.Create(Read, [.. axes.Select(SweepAxis.Parse)]);
}
