using ReMem.Teachers;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The stages of a part: its teacher is fine-tuned and measured, then its student is trained.
/// What is done in the run's folder is not done again.
/// </summary>
/// <param name="recipe">The job.</param>
/// <param name="context">What the stages share.</param>
internal sealed class PartStages(Recipe recipe, StageContext context)
{
    /// <summary>Computes what of a part is not done.</summary>
    /// <param name="part">Which.</param>
    /// <param name="run">The run's folder, of which the part's place is held.</param>
    public MethodRun Run(ComparisonPart part, string run)
    {
        StageFolder folder = StageFolder.OfStudent(run, part);
        if (recipe.Teacher.Prepared(part.Method) is not { } preparation)
            return new MethodRun(part.Method, part.Seed, null, null, Student(part, null, folder));
        using FinishedTeacher teacher = Teacher(part, preparation, run);
        MeterResult kept = new MeterStage(context).Run(teacher, recipe.Information);
        return new MethodRun(part.Method, part.Seed, teacher.Result, kept, Student(part, teacher, folder));
    }

    private FinishedTeacher Teacher(ComparisonPart part, TeacherPreparation preparation, string run) =>
        new TeacherStage(context).Run(recipe.Teacher, preparation, recipe.Information, part.Seed, StageFolder.OfTeacher(run, part),
            recipe.SameFineTuning(part).Select(other => StageFolder.OfTeacher(run, other)).FirstOrDefault(folder => folder.IsDone));

    private TrainedResult Student(ComparisonPart part, FinishedTeacher? teacher, StageFolder folder)
    {
        // A teacher is not read for a student that is done.
        NamedTeacher? named = teacher is null || folder.IsDone
            ? null
            : new NamedTeacher(teacher.Model, Path.GetFullPath(teacher.Folder.Path), teacher.Validation);
        return new StudentStage(context).Run(recipe.Student.TaughtBy(part.Method), named, part.Seed, folder);
    }
}
