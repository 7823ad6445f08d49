using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>What is found wrong with a recipe before any image is decoded.</summary>
internal static class StageChecks
{
    /// <summary>Downloads the weights that a recipe names, so that what is wrong with them is an error before any work.</summary>
    /// <exception cref="InputException">A source does not exist or refuses access.</exception>
    /// <exception cref="ReMemException">Server or network failed.</exception>
    public static void FetchWeights(Recipe recipe, WeightSource sources, CancellationToken cancellationToken)
    {
        bool taught = recipe.HasTeacher;
        string? teacher = taught ? recipe.Teacher.Weights : null;
        (string? Source, string Option)[] named =
            [(teacher, sources.LocalOption ?? "teacher.weights=FILE"), (recipe.Student.Weights, "student.weights=FILE")];
        foreach ((string? source, string option) in named)
        {
            // A file on disk costs nothing to look for, and a typo in its name is found before any image is decoded.
            if (source is not null && sources.ResolveFile(source, option, cancellationToken) is var file && !File.Exists(file))
                throw WeightsErrors.Missing(file);
        }

        foreach (string source in taught ? recipe.Student.FurtherTeachers.Where(WeightSource.IsRemote) : [])
            sources.ResolveFolder(source, "its folder in student.further_teachers", cancellationToken);
    }

    /// <summary>
    /// Refuses settings that do not fit the recipe's models, before images are decoded, and before hours of work on others.
    /// </summary>
    /// <param name="recipe">The settings.</param>
    /// <param name="teacher">Whether a teacher is trained.</param>
    /// <param name="student">Whether a student is.</param>
    /// <exception cref="InputException">
    /// There is no such model, a part to freeze does not exist, or a policy or an image size does not fit.
    /// </exception>
    public static void RequireTrainable(Recipe recipe, bool teacher = true, bool student = true)
    {
        if (teacher && recipe.HasTeacher)
        {
            var objective = DistillationObjective.Parse(recipe.Student.Distillation.Objective);
            if (student)
                MapSpec.Require(objective, recipe.Teacher.Model, recipe.Student.Model);
            RequireFit(recipe.Teacher.Model, recipe.Teacher.ImageSize ?? recipe.Data.ImageSize, recipe.Teacher.Training);
            foreach (TeacherMethod method in recipe.Methods)
            {
                if (recipe.Teacher.Prepared(method) is { Options: var options })
                    TeacherFineTuner.RequireFit(options, recipe.Teacher.Model);
            }
        }

        if (student)
            RequireFit(recipe.Student.Model, recipe.Student.ImageSize ?? recipe.Data.ImageSize, recipe.Student.Training);
    }

    private static void RequireFit(string name, int size, TrainingOptions training)
    {
        ModelCatalogue.ShapeOf(name)?.RequireSize(name, size);

        // A large model takes seconds to make.
        if (training.Freeze == "none" && training.Progressive == "none")
            return;
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 2, ImageSize = size });
        Trainer.RequireFit(training, model);
    }
}
