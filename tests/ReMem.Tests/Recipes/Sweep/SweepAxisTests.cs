using ReMem.Recipes.Sweep;

namespace ReMem.Tests.Recipes.Sweep;

public sealed class SweepAxisTests
{
    [Fact]
    public void A_short_key_is_completed_and_commas_in_brackets_belong_to_the_value()
    {
        SweepAxis axis = SweepAxis.Parse("reweighting = top(4,0.25), ramp(0.5),'a,b'");
        Assert.Equal("teacher.reweighting", axis.Key);
        Assert.Equal("reweighting", axis.ShortKey);
        Assert.Equal(["top(4,0.25)", "ramp(0.5)", "'a,b'"], axis.Values);
    }

    [Theory]
    [InlineData("rho=0.1", "teacher.rho")]
    [InlineData("teacher.training.lr=1e-4,2e-4", "teacher.training.lr")]
    [InlineData("distillation.temperature=1,2", "student.distillation.temperature")]
    [InlineData("subset.fraction=0.5", "data.subset.fraction")]
    public void Keys_are_the_recipes(string text, string key) => Assert.Equal(key, SweepAxis.Parse(text).Key);

    [Theory]
    [InlineData("rho", "is not key=value", "For example")]
    [InlineData("=1", "is not key=value", "For example")]
    [InlineData("rho=0.1,,0.2", "empty value", "For example")]
    [InlineData("rho=", "empty value", "For example")]
    [InlineData("rho=0.1,0.1", "twice", "once")]
    [InlineData("lr=0.1", "short for several", "teacher.training.lr, student.training.lr")]
    [InlineData("rhoo=0.1", "did you mean 'rho'", "known")]
    [InlineData("teacher.training.epoch=3", "did you mean 'teacher.training.epochs'", "known")]
    [InlineData("methods=none,sam", "Unknown key 'methods'", "known")]
    public void What_cannot_be_swept_says_so(string text, string what, string remedy)
    {
        InputException error = Assert.Throws<InputException>(() => SweepAxis.Parse(text));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy!, StringComparison.Ordinal);
        Assert.Equal("--grid", error.Where);
    }
}
