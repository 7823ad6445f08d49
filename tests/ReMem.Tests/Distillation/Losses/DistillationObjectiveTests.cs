using ReMem.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

public class DistillationObjectiveTests
{
    [Fact]
    public void A_sum_is_the_sum_of_its_terms()
    {
        using var scope = NewDisposeScope();
        double Golden(string name) => Goldens.Math.GetProperty(name).GetDouble();
        Assert.Equal(Goldens.Math.GetProperty("kl").GetProperty("4").GetDouble(), Loss("kl", 4), 1e-9);
        Assert.Equal(Golden("kl_standardized_T2"), Loss("standardized", 2), 1e-9);
        Assert.Equal(Golden("dkd_a1_b8_T4"), Loss("dkd(1,8)", 4), 1e-9);
        Assert.Equal(Golden("dkd_a1_b8_T4"), Loss("dkd", 4), 1e-9);
        Assert.Equal(Golden("dist_b2_g2_T4"), Loss("dist(2, 2)", 4), 1e-9);
        Assert.Equal(Golden("hint_mse"), Loss("hint", 4), 1e-9);
        Assert.Equal(Golden("cosine_feature"), Loss("cosine", 4), 1e-9);
        Assert.Equal((25 * Golden("rkd_distance")) + (50 * Golden("rkd_angle")), Loss("rkd", 4), 1e-9);
        Assert.Equal(Loss("kl", 4) + (0.5 * Loss("rkd(2,0)", 4)) + (0.1 * Loss("cosine", 4)), Loss(" kl + 0.5 * rkd(2,0)+0.1*cosine", 4),
            1e-9);
    }

    [Theory]
    [InlineData("linear(1,0.5)*kl + 2*cosine", 0, 1)]
    [InlineData("linear(1,0.5)*kl + 2*cosine", 0.25, 0.875)]
    [InlineData(" linear( 1 , 0.5 ) * kl+2*cosine", 1, 0.5)]
    [InlineData("cosine(0,4)*kl + linear(2,2)*cosine", 0, 0)]
    [InlineData("cosine(0,4)*kl + linear(2,2)*cosine", 0.25, 0.585786437626905)]
    [InlineData("cosine(0,4)*kl + linear(2,2)*cosine", 1, 4)]
    public void A_weight_goes_from_its_first_number_to_its_second(string text, double progress, double weight) =>
        Assert.Equal((weight * Loss("kl", 4)) + (2 * Loss("cosine", 4)), Loss(text, 4, progress), 1e-12);

    [Theory]
    [InlineData("kl", false, false)]
    [InlineData("dkd + dist", false, false)]
    [InlineData("kl + rkd", true, false)]
    [InlineData("kl + 2*hint", true, true)]
    public void It_says_what_it_needs(string text, bool features, bool sameWidth)
    {
        DistillationObjective objective = DistillationObjective.Parse(text);
        Assert.Equal((features, sameWidth), (objective.NeedsFeatures, objective.NeedsSameWidth));
        Assert.Equal(text, objective.ToString());
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("kl +", "cannot be read")]
    [InlineData("kl(2)", "cannot be read")]
    [InlineData("dkd(1)", "cannot be read")]
    [InlineData("dkd(1,b)", "'b' is no number")]
    [InlineData("-1*kl", "'-1' is no number")]
    [InlineData("dkd(1,NaN)", "'NaN' is no number")]
    [InlineData("kl * 2", "cannot be read")]
    [InlineData("dits(1,1)", "dits")]
    [InlineData("kl + liner(1,0)*hint", "schedule of a weight 'liner'; did you mean 'linear'?")]
    [InlineData("kl + linear(1)*hint", "'linear(1)' is no schedule from one weight to another")]
    [InlineData("kl + linear(1,-1)*hint", "'-1' is no number of 0 to 1000000")]
    [InlineData("kl + linear*hint", "'linear' is no number")]
    public void What_cannot_be_read_is_refused(string text, string message)
    {
        InputException error = Assert.Throws<InputException>(() => DistillationObjective.Parse(text));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("objective", error.Where, StringComparison.Ordinal);
    }

    private static double Loss(string text, double temperature, double progress = 1)
    {
        var (student, teacher, labels) = DistillationInputs.Logits();
        var (studentFeatures, teacherFeatures) = DistillationInputs.Features();
        return DistillationObjective.Parse(text)
            .Loss(new BatchOutputs(student, studentFeatures), new BatchOutputs(teacher, teacherFeatures), labels, temperature, progress)
            .item<double>();
    }
}
