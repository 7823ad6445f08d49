using ReMem.Recipes.Plan;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Fit;

/// <summary>Shortens or lengthens a recipe so that it fills a time.</summary>
internal static class FitBudget
{
    /// <summary>Trainings below this share of the proposed length give up a method instead.</summary>
    private const double Short = 0.5;

    /// <summary>Longer trainings than this many times the proposed length hardly help.</summary>
    private const double Longest = 4;

    private const int MinTeacherEpochs = 2;
    private const int MinStudentEpochs = 3;
    private const int Halvings = 12;

    /// <summary>
    /// The recipe that fills the time: all methods and longer trainings where it allows, else simpler methods, else shorter trainings.
    /// </summary>
    /// <param name="recipe">The proposal.</param>
    /// <param name="few">The methods where the proposal's leave too little time for trainings.</param>
    /// <param name="cost">Seconds that a recipe takes on this machine.</param>
    /// <param name="seconds">The time.</param>
    /// <exception cref="InputException">Not even the shortest trainings fit.</exception>
    public static Recipe Fit(Recipe recipe, IReadOnlyList<TeacherMethod> few, Func<Recipe, double> cost, double seconds)
    {
        if (cost(Scaled(recipe, Short)) > seconds)
            recipe = recipe with { Methods = few };
        double low = 0, high = Longest;
        if (cost(Scaled(recipe, low)) is var least && least > seconds)
        {
            throw new InputException(
                $"The shortest trainings take about {PlanTable.Duration(least)} on this machine, and the time is "
                    + $"{PlanTable.Duration(seconds)}.",
                "--time",
                "Give more time, a smaller --image-size or a smaller model.");
        }

        if (cost(Scaled(recipe, high)) <= seconds)
            return Scaled(recipe, high);
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = cost(Scaled(recipe, middle)) <= seconds ? (middle, high) : (low, middle);
        }

        return Scaled(recipe, low);
    }

    /// <summary>The recipe with trainings of a share of their epochs, of a few at the least.</summary>
    internal static Recipe Scaled(Recipe recipe, double share) => recipe with
    {
        Teacher = recipe.Teacher with { Training = Scaled(recipe.Teacher.Training, share, MinTeacherEpochs) },
        Student = recipe.Student with { Training = Scaled(recipe.Student.Training, share, MinStudentEpochs) },
    };

    private static TrainingOptions Scaled(TrainingOptions training, double share, int min)
    {
        int epochs = Math.Max(Math.Min(min, training.Epochs), (int)Math.Round(share * training.Epochs));
        return training with
        {
            Epochs = epochs,
            WarmupEpochs = Math.Min(training.WarmupEpochs, epochs / 4),
            ValidateEvery = Math.Max(1, epochs / 4),
        };
    }
}
