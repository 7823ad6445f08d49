using ReMem.Data.Sources;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Evaluation;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Recipes.Stages;

/// <summary>Trains a student: leaves a model folder with its result, and is skipped where that is there.</summary>
/// <param name="context">What the stages share.</param>
internal sealed class StudentStage(StageContext context)
{
    /// <summary>Validation images that show whether a teacher is above chance.</summary>
    private const int CheckImages = 256;

    /// <summary>Trains, or reads what an earlier run left.</summary>
    /// <param name="recipe">The student.</param>
    /// <param name="teacher">
    /// Of the data set's classes in its order; null trains on labels alone, whatever further teachers the recipe names.
    /// </param>
    /// <param name="seed">The recipe's.</param>
    /// <param name="folder">Where it is left.</param>
    public TrainedResult Run(StudentRecipe recipe, NamedTeacher? teacher, int seed, StageFolder folder)
    {
        if (folder.TryRead<TrainedResult>() is { } done)
            return done;
        using FurtherTeachers? further = teacher is null ? null : Further(recipe, teacher.Model.ImageSize);
        NamedTeacher[] teachers = teacher is null ? [] : [teacher, .. further!.All];
        using var training = new StageTraining(context, StageModels.Student(recipe, seed, context, folder.Name), folder);
        var kept = new StudentCache(context.Data, recipe, seed);
        TrainingJob job = training.Job(kept.Batches(teacher?.Model), StageModels.Derive(seed, "student"));
        var learned = new List<DistillationTeacher>();
        try
        {
            foreach (NamedTeacher each in teachers)
            {
                if (recipe.Distillation.AsksTeacher)
                    WarnAtChance(each, teachers.Length > 1, seed, folder.Name);
                bool several = !folder.IsWhole || teachers.Length > 1;
                TeacherCacheBuilder? cache = kept.Open(each.Model, each.Folder, job.Train, several, folder.Name, context.Progress);
                learned.Add(new DistillationTeacher(each.Model, cache));
            }

            var distiller = new Distiller(recipe.Training, recipe.Distillation);
            double? confidence = recipe.Distillation.AsksTeacher ? UnlabelledConfidence(teachers, seed, folder.Name) : null;
            return training.Finish(distiller.Run(job, learned, job.Train.Source.Count, context.Cancel), confidence);
        }
        finally
        {
            learned.ForEach(l => l.Cache?.Dispose());
        }
    }

    /// <summary>Refuses further teachers that cannot teach a recipe's students, before hours of work on its own.</summary>
    /// <exception cref="InputException">One is no model folder, or of other classes or another image size.</exception>
    public void RequireFurtherTeachers(Recipe recipe)
    {
        if (recipe.HasTeacher)
            Further(recipe.Student, recipe.Teacher.ImageSize ?? recipe.Data.ImageSize).Dispose();
    }

    private FurtherTeachers Further(StudentRecipe recipe, int size) =>
        FurtherTeachers.Load(recipe.FurtherTeachers, size, context.Sources, context.AlignClasses, context.Cancel);

    /// <summary>How sure the first teacher is of some of the unlabelled images.</summary>
    private double? UnlabelledConfidence(NamedTeacher[] teachers, int seed, string stage)
    {
        if (teachers.Length == 0 || context.Data.Unlabelled is not { } unlabelled)
            return null;
        using DisposeScope scope = NewDisposeScope();
        using ModelOutputs answers = context.Answers(teachers[0].Model, Subset.AtMost(unlabelled.Images, CheckImages, seed));
        double mean = answers.Logits.softmax(1).amax([1]).mean().item<float>();
        context.Report(stage, FormattableString.Invariant(
            $"the teacher gives its own class {100 * mean:0} % on unlabelled images, on average"));
        return mean;
    }

    private void WarnAtChance(NamedTeacher teacher, bool several, int seed, string stage)
    {
        IImageSource validation = context.Data.Dataset.Validation, few = Subset.AtMost(validation, CheckImages, seed);
        IEnumerable<int> chosen = Enumerable.Range(0, few.Count).Select(i => few == validation ? i : ((Subset)few).WholeIndex(i));
        using ModelOutputs answers = teacher.Validation?.Of(chosen) ?? context.Answers(teacher.Model, few);
        if (TeacherCheck.Warning(teacher.Model, () => context.Data.Evaluation(few, teacher.Model), answers, context.Cancel) is { } warning)
            context.Report(stage, $"warning: {(several ? $"{teacher.Folder}: " : string.Empty)}{warning}");
    }
}
