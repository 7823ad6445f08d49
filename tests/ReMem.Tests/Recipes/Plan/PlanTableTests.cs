using ReMem.Recipes.Plan;

namespace ReMem.Tests.Recipes.Plan;

public class PlanTableTests
{
    private static readonly RunPlan Plan = new(
        5, 4, 2, [new PlanStage("teacher sam", 1, 600, 2_000_000_000, 23_000_000), new PlanStage("files", 1, 6, 0, 0)], 7200, 4_100_000_000,
        90_000_000, 3.4, ["no room: make some."]);

    [Fact]
    public void Has_a_line_a_stage_and_one_for_all()
    {
        Assert.Equal(
            [
                "about 2.0 hours (1 of 5 parts are done), by steps timed here in 3 s",
                "stage                times  minutes  memory GB  disk GB",
                "-------------------  -----  -------  ---------  -------",
                "teacher sam              1     10.0        2.0     0.02",
                "files                    1      0.1",
                "in all, 2 at a time      4    120.0        4.1     0.09",
                "warning: no room: make some.",
            ],
            PlanTable.Lines(Plan));
        Assert.Equal("in all, 2 at a time      4    120.0        4.1     1.09",
            PlanTable.Lines(Plan with { CacheBytes = 1_000_000_000 })[5]);
        Assert.Equal(["all 5 parts are done; only the report is written again"], PlanTable.Lines(Plan with { PartsLeft = 0 }));
    }

    [Theory]
    [InlineData(45, "45 seconds")]
    [InlineData(240, "4 minutes")]
    [InlineData(5399, "90 minutes")]
    [InlineData(7200, "2.0 hours")]
    [InlineData(259200, "3.0 days")]
    public void Durations_have_the_unit_that_fits(double seconds, string text) => Assert.Equal(text, PlanTable.Duration(seconds));

    [Fact]
    public void The_outcome_says_how_far_off_the_plan_was()
    {
        Assert.Equal("Planned: 1.7 hours; took 2.0 hours (+20 %).", PlanTable.Outcome(Plan with { Seconds = 6000 }, 7200));
        Assert.EndsWith("(-10 %).", PlanTable.Outcome(Plan, 6480), StringComparison.Ordinal);
    }
}
