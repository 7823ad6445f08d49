using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class NextStepsTests
{
    [Fact]
    public void A_teacher_below_its_student_is_to_be_trained_longer()
    {
        // The sample's teachers reach 73 to 75 %.
        NextStep step = Steps(top1: 0.85)[0];
        Assert.Equal("The best teacher reaches 73.0 %, less than the student: it has little to teach. Train it longer, show it larger "
            + "images, "
            + "or take a larger one.", step.Reason);
        Assert.Equal("remem fit photos --teacher vit_small_patch16_224 --time 3h --out runs/larger-teacher", step.Command);
    }

    [Theory]
    [InlineData(false, "photos without labels", "remem fit photos --unlabelled more-photos/ --out runs/unlabelled")]
    [InlineData(true, "a longer training", "remem fit photos --time 3h --out runs/longer")]
    public void A_teacher_far_above_its_student_has_more_to_teach(bool unlabelled, string reason, string command)
    {
        NextStep step = Steps(top1: 0.6, unlabelled: unlabelled)[0];
        Assert.Contains(reason, step.Reason, StringComparison.Ordinal);
        Assert.Equal(command, step.Command);
    }

    [Fact]
    public void Neither_is_said_of_a_teacher_that_is_about_as_good() =>
        Assert.DoesNotContain(Steps(top1: 0.72), s => s.Reason.Contains("teacher reaches", StringComparison.Ordinal));

    [Fact]
    public void Few_test_images_are_said_to_leave_it_uncertain()
    {
        Assert.Contains(Steps(images: 100), s => s.Reason.StartsWith("100 test images leave", StringComparison.Ordinal));
        Assert.DoesNotContain(Steps(images: 10_000), s => s.Reason.Contains("test images leave", StringComparison.Ordinal));
    }

    [Fact]
    public void A_training_that_still_improves_is_worth_more_time()
    {
        Assert.Contains(Steps(rise: 2), s => s.Reason.Contains("still rose by 2.0 points", StringComparison.Ordinal));
        Assert.DoesNotContain(Steps(rise: 0.5), s => s.Reason.Contains("still rose", StringComparison.Ordinal));
    }

    [Fact]
    public void Poor_classes_of_few_images_frequent_pairs_and_doubtful_labels_are_named()
    {
        var answers = new AnswerSection(
            "test", 30,
            [new ClassScore(SampleReport.HostileClass, 20, 1, 1, 1), new ClassScore("apple", 10, 0.2, 1, 0.3)],
            [new AnswerCell(0, 0, 20), new AnswerCell(1, 0, 8), new AnswerCell(1, 1, 2)], [])
        {
            Doubtful = [new ShownAnswer("x", "a", "b", 0.99, 0)],
            Checked = 40,
        };
        string[] reasons = [.. Steps(answers: answers).Select(s => s.Reason)];
        Assert.Contains("Poorly known and with few training images: apple (10). Add photos of them.", reasons);
        Assert.Contains($"8 of 8 mistakes take 'apple' for '{SampleReport.HostileClass}': look at their photos, or make them one class.",
            reasons);
        Assert.Contains("1 of 40 training labels look wrong; they are shown below.", reasons);
    }

    [Fact]
    public void Commands_quote_a_path_with_blanks_and_one_seed_is_said_to_compare_nothing()
    {
        IReadOnlyList<NextStep> steps = NextSteps.Of(Report(1), "my photos", false);
        Assert.All(steps.Where(s => s.Command is not null), s => Assert.Contains("'my photos'", s.Command, StringComparison.Ordinal));
        Assert.Contains(steps, s => s.Reason.StartsWith("One seed", StringComparison.Ordinal));
        Assert.DoesNotContain(NextSteps.Of(Report(3), "x", false), s => s.Reason.StartsWith("One seed", StringComparison.Ordinal));
        Assert.Empty(NextSteps.Of(SampleReport.Create(), "x", false));
    }

    private static ComparisonReport Report(int seeds, double top1 = 0.72, int images = 1000)
    {
        ComparisonReport report = SampleReport.Create(seeds);
        return report with { Onnx = report.Onnx! with { FileScores = new ExportedScores(images, top1, top1, 1, 0) } };
    }

    private static IReadOnlyList<NextStep> Steps(
        double top1 = 0.72, int images = 1000, bool unlabelled = false, double rise = 0, AnswerSection? answers = null) =>
        NextSteps.Of(
            Report(3, top1, images) with
            {
                Answers = answers,
                Curves = [new Curve(Curve.StudentValidation, "sam", [new(1, 50), new(2, 60), new(3, 60 + rise)])],
            },
            "photos", unlabelled);
}
