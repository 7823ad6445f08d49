using ReMem.Models;
using ReMem.Teachers;

namespace ReMem.Recipes;

/// <summary>Refuses a recipe whose values contradict each other: what is only used hours later must not fail then.</summary>
internal static class RecipeCheck
{
    /// <summary>The smallest radius that is not taken for the plain gradient.</summary>
    private const double MinRho = 1e-6;

    /// <summary>Checks everything that needs neither images nor weights.</summary>
    /// <param name="recipe">Each value is in its range.</param>
    /// <param name="place">Where a dotted key was given, for errors.</param>
    /// <param name="file">The recipe's own name.</param>
    /// <exception cref="InputException">What is wrong, where it was given, and what to do.</exception>
    public static void Require(Recipe recipe, Func<string, string> place, string file)
    {
        _ = ModelCatalogue.Info(recipe.Teacher.Model);
        _ = ModelCatalogue.Info(recipe.Student.Model);
        if (recipe.Methods.Any(m => m.IsSharp) && recipe.Teacher.Options.Rho < MinRho)
            throw TooSmall(recipe.Teacher.Options.Rho, place("teacher.rho"));
        TeacherFineTuner.RequireConsistent(recipe.Teacher.Options);
        RequireWeights(recipe.Teacher.Weights, recipe.Teacher.WeightsPrefix, "teacher");
        RequireWeights(recipe.Student.Weights, recipe.Student.WeightsPrefix, "student");
        recipe.Teacher.Training.RequireConsistent("teacher.training");
        recipe.Student.Training.RequireConsistent("student.training");
        recipe.Student.Distillation.RequireFit(recipe.Student.Training);
        foreach (TeacherMethod method in recipe.Methods.Where(m => m.TeachesClassOnly))
        {
            if (recipe.Data.Unlabelled is null)
                throw new InputException($"The method '{method}' is of unlabelled images, and there are none.", place("methods"),
                    "Give them with data.unlabelled, or leave the method out.");
            recipe.Student.TaughtBy(method).Distillation.RequireFit(recipe.Student.Training);
        }

        recipe.Information.RequireDrawable();
        recipe.Data.Reading.RequireRoom(place("data.val_fraction"));
        if (recipe.Seeds.Distinct().Count() != recipe.Seeds.Count || recipe.Methods.Distinct().Count() != recipe.Methods.Count)
            throw new InputException("'seeds' and 'methods' must not name anything twice.", file);
    }

    private static InputException TooSmall(double rho, string where) => new(
        FormattableString.Invariant($"'teacher.rho' is '{rho}'; it must be between {MinRho} and 10 for the methods that perturb."),
        where,
        $"0.02 to 0.2 is usual; or leave the methods {string.Join(" and ", TeacherMethod.All.Where(m => m.IsSharp))} out.");

    private static void RequireWeights(string? weights, string? prefix, string block)
    {
        if (prefix is not null && weights is null)
        {
            throw new InputException(
                $"{block}.weights_prefix is given without the weights whose names it begins.",
                $"{block}.weights_prefix",
                $"Give the file with {block}.weights, or leave the prefix out.");
        }
    }
}
