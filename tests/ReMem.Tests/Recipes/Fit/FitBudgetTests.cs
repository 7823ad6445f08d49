using ReMem.Recipes;
using ReMem.Recipes.Fit;
using ReMem.Teachers;

namespace ReMem.Tests.Recipes.Fit;

public class FitBudgetTests
{
    private static readonly Recipe Proposal = RecipeReader.Parse("name: x", "r.yaml",
    [
        "data.source=x", "methods=[none, auto]", "teacher.training={epochs: 10, warmup_epochs: 2, validate_every: 3}",
        "student.training={epochs: 40, warmup_epochs: 2, validate_every: 10}",
    ]);

    /// <summary>A minute, and of each method ten seconds an epoch of its teacher and five an epoch of its student.</summary>
    private static double Cost(Recipe recipe) => 60
        + recipe.Methods.Sum(m => (m.IsAuto ? 200 : 0)
        + (m.HasTeacher ? 10 * recipe.Teacher.Training.Epochs : 0) + (5 * recipe.Student.Training.Epochs));

    private static Recipe Fit(double seconds) =>
        FitBudget.Fit(Proposal, [TeacherMethod.None, TeacherMethod.Standard], Cost, seconds);

    [Theory]
    [InlineData(760, "auto", 10, 40)]
    [InlineData(1260, "auto", 20, 80)]
    [InlineData(100_000, "auto", 40, 160)]
    [InlineData(510, "auto", 5, 20)]
    [InlineData(500, "standard", 9, 35)]
    [InlineData(120, "standard", 2, 4)]
    public void Trainings_fill_the_time(double seconds, string method, int teacher, int student)
    {
        Recipe fitted = Fit(seconds);
        Assert.InRange(Cost(fitted), 0, seconds);
        Assert.Equal((method, teacher, student), (fitted.Methods[1].Name, fitted.Teacher.Training.Epochs, fitted.Student.Training.Epochs));
        Assert.All(new[] { fitted.Teacher.Training, fitted.Student.Training }, training =>
        {
            Assert.InRange(training.WarmupEpochs, 0, training.Epochs / 2);
            Assert.InRange(training.ValidateEvery, 1, training.Epochs);
        });
    }

    [Fact]
    public void A_time_that_nothing_fits_is_an_error_that_says_what_would()
    {
        InputException error = Assert.Throws<InputException>(() => Fit(100));
        Assert.Equal("The shortest trainings take about 1.8 minutes on this machine, and the time is 1.7 minutes.", error.Message);
        Assert.Equal("--time", error.Where);
    }

    [Fact]
    public void A_proposal_shorter_than_the_least_stays_as_short()
    {
        Recipe tiny = Proposal with { Student = Proposal.Student with { Training = Proposal.Student.Training with { Epochs = 1 } } };
        Assert.Equal(1, FitBudget.Scaled(tiny, 0).Student.Training.Epochs);
    }
}
