using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Run;

/// <summary>One training in a folder of its own, which continues an interrupted one there.</summary>
internal static class SingleStage
{
    /// <summary>Fetches weights, opens data and folder, and trains.</summary>
    /// <param name="recipe">What is trained.</param>
    /// <param name="identity">What else the training is a function of.</param>
    /// <param name="path">The folder.</param>
    /// <param name="sources">Where weights are looked for.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <param name="stage">Trains.</param>
    /// <exception cref="InputException">Whatever is wrong with weights, data or folder.</exception>
    public static TrainedResult Run(
        Recipe recipe, string identity, string path, WeightSource sources, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken,
        Func<StageContext, StageFolder, TrainedResult> stage)
    {
        StageChecks.FetchWeights(recipe, sources, cancellationToken);
        PreparedData data = PreparedData.Open(recipe, progress);
        using RunFolder folder = RunFolder.Open(path, $"# {identity}\n{RecipeReader.Write(recipe)}");
        using var context = new StageContext(data, progress, cancellationToken, sources);
        return folder.Use(() => stage(context, new StageFolder(folder.Path)));
    }

    /// <summary>What the fine-tuning of a named method is a function of, besides its recipe.</summary>
    /// <param name="recipe">Its teacher.</param>
    /// <param name="method">What is done to the teacher.</param>
    public static string Identity(Recipe recipe, TeacherMethod method) =>
        $"method {method}, rho {recipe.Teacher.Prepared(method)!.Options.Rho}";

    /// <summary>Fine-tunes a teacher.</summary>
    /// <param name="recipe">Its data and teacher; the first seed counts.</param>
    /// <param name="method">What is done to the teacher.</param>
    /// <param name="identity">What else the training is a function of.</param>
    /// <param name="path">The folder.</param>
    /// <param name="sources">Where weights are looked for.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Whatever is wrong with weights, data or folder.</exception>
    public static TrainedResult FineTune(
        Recipe recipe, TeacherMethod method, string identity, string path, WeightSource sources, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        TeacherPreparation preparation = recipe.Teacher.Prepared(method)!;
        TeacherFineTuner.RequireFit(preparation.Options, recipe.Teacher.Model);
        StageChecks.RequireTrainable(recipe, student: false);
        return Run(recipe, identity, path, sources, progress, cancellationToken, (context, folder) =>
        {
            using FinishedTeacher teacher = new TeacherStage(context).Run(recipe.Teacher, preparation, recipe.Information, recipe.Seeds[0],
                folder);
            return teacher.Result;
        });
    }

    /// <summary>Trains a student.</summary>
    /// <param name="recipe">Its data and student; the first seed counts.</param>
    /// <param name="teacher">Whose outputs it learns; null learns from labels alone.</param>
    /// <param name="path">The folder.</param>
    /// <param name="sources">Where weights are looked for.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Whatever is wrong with weights, data or folder.</exception>
    public static TrainedResult Distill(
        Recipe recipe, LoadedTeacher? teacher, string path, WeightSource sources, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        if (teacher is null && recipe.Student.FurtherTeachers.Count > 0)
            throw new InputException("The student has further teachers and no first one.", "student.further_teachers",
                "Give the first with --teacher-dir DIR.");
        StageChecks.RequireTrainable(recipe, teacher: false);
        return Run(recipe, $"teacher {teacher?.Name ?? "none"}", path, sources, progress, cancellationToken, (context, folder) =>
        {
            if (teacher is not null)
                context.AlignClasses(teacher.Model, teacher.Labels, teacher.Source);
            return new StudentStage(context).Run(recipe.Student, teacher is null ? null : new NamedTeacher(teacher.Model, teacher.Name),
                recipe.Seeds[0], folder);
        });
    }
}
