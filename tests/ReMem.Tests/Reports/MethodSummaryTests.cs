using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class MethodSummaryTests
{
    [Fact]
    public void Means_and_intervals_are_over_seeds()
    {
        MethodSummary summary = SampleReport.Create().Summary.Single(s => s.Method == "standard");
        Assert.Equal(3, summary.Count);
        Assert.Equal(Interval.Of([0.60, 0.605, 0.61]).Mean, summary.StudentTop1.Mean, 12);
        Assert.Equal(Interval.Of([0.60, 0.605, 0.61]).HalfWidth!.Value, summary.StudentTop1.HalfWidth!.Value, 12);
        Assert.Equal(0.74, summary.TeacherTop1!.Mean, 12);
        Assert.Equal(0.0858, summary.InformationLogits!.Mean, 12);
        Assert.Equal(4.3027 * 0.0004 / Math.Sqrt(3), summary.InformationLogits.HalfWidth!.Value, 6);
        Assert.Equal((2.5, 1.5), (summary.TeacherMinutes, summary.StudentMinutes));
    }

    [Fact]
    public void Without_a_teacher_there_is_nothing_to_say_of_one()
    {
        MethodSummary summary = SampleReport.Create().Summary.Single(s => s.Method == "none");
        Assert.Null(summary.TeacherTop1);
        Assert.Null(summary.TeacherBalanced);
        Assert.Null(summary.InformationLogits);
        Assert.Null(summary.InformationPooled);
    }
}
