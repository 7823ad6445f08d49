using ReMem.Evaluation;
using ReMem.Recipes.Stages;

namespace ReMem.Tests.Recipes.Stages;

public sealed class TrialChooserTests
{
    // The standard error of 0.6 on 96 images is 0.05.
    private const int Validation = 96;

    private static readonly TeacherTrial Plain = Trial("none", 0.60, 0.080);

    [Fact]
    public void What_keeps_most_is_chosen_among_those_that_score_as_well()
    {
        TeacherChoice choice = Choose(Trial("top(4,0.5)", 0.58, 0.090), Trial("top(4,0)", 0.50, 0.120),
            Trial("ramp(0.5)", 0.61, 0.085));
        Assert.Equal("top(4,0.5)", choice.Policy);
        Assert.Equal(
            "top(4,0.5) was chosen: it keeps most of the 2 that reach 55.0 % (the plain model's 60.0 % less its standard error) on "
                + "validation, "
            + "I_hat 0.0900 ± 0.0010 against the plain model's 0.0800 ± 0.0010 nats per channel, at 58.0 %.",
            choice.Reason);
        Assert.Equal(4, choice.Trials.Count);
        Assert.Equal(2, choice.Epochs);
    }

    [Fact]
    public void A_gain_within_the_meters_interval_is_no_gain()
    {
        TeacherChoice choice = Choose(Trial("top(4,0.5)", 0.61, 0.0815));
        Assert.Equal("none", choice.Policy);
        Assert.Contains("top(4,0.5), keeps no more beyond noise", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_beyond_the_interval_is_none_either() => Assert.Equal("none", Choose(Trial("top(4,0.5)", 0.61, 0.05)).Policy);

    [Fact]
    public void Where_all_score_worse_the_plain_model_stays()
    {
        TeacherChoice choice = Choose(Trial("top(4,0)", 0.54, 0.2), Trial("ramp(0.5)", 0.3, 0.3));
        Assert.Equal("none", choice.Policy);
        Assert.Contains("no other reached 55.0 %", choice.Reason, StringComparison.Ordinal);
    }

    private static TeacherChoice Choose(params TeacherTrial[] others) =>
        TrialChooser.Choose([Plain, .. others], Validation, 2);

    private static TeacherTrial Trial(string policy, double top1, double kept) => new(policy, top1, new Interval(kept, 0.001, 3), 1);
}
