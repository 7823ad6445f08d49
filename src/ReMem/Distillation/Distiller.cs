using System.Text.Json;
using ReMem.Data;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using ReMem.Training;
using ReMem.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Trains a student on labels and, where there is one, a teacher's outputs for the very same views.</summary>
public sealed class Distiller(TrainingOptions training, DistillationOptions options)
{
    /// <summary>Trains the student to the end, from its checkpoint where one stands.</summary>
    /// <param name="job">The student and its batches; its loss, objective and view epochs are set here.</param>
    /// <param name="teacher">Of the same classes in the same order, and of the size of the batches' second views where they have such;
    /// null trains on labels alone.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">The teacher does not fit the student, or an option is out of range.</exception>
    public TrainingResult Run(TrainingJob job, ImageModel? teacher, int samples, CancellationToken cancellationToken = default) =>
        Run(job, teacher, samples, cancellationToken, null);

    /// <summary>Trains from a teacher whose outputs may be kept on disk.</summary>
    /// <param name="job">The student and its batches; its loss, objective and view epochs are set here.</param>
    /// <param name="teacher">Of the same classes in the same order; null trains on labels alone.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <param name="cache">Where the teacher's outputs are kept, of this teacher over the job's batches; null runs it live.
    /// Not disposed.</param>
    /// <exception cref="InputException">The teacher does not fit the student, or an option is out of range.</exception>
    internal TrainingResult Run(TrainingJob job, ImageModel? teacher, int samples, CancellationToken cancellationToken,
        TeacherCacheBuilder? cache) =>
        Run(job, teacher is null ? [] : [new DistillationTeacher(teacher, cache)], samples, cancellationToken);

    /// <summary>Trains from several teachers: from what they say on average, and from the features of each.</summary>
    /// <param name="job">The student and its batches.</param>
    /// <param name="teachers">None trains on labels alone.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">A teacher does not fit the student, or an option is out of range.</exception>
    internal TrainingResult Run(TrainingJob job, IReadOnlyList<DistillationTeacher> teachers, int samples,
        CancellationToken cancellationToken)
    {
        ImageModel? teacher = teachers.Count == 0 ? null : teachers[0].Model;
        DataOptions.Validate(options, "distillation");
        MixedPrecision.Require(options.TeacherPrecision, "student.distillation.teacher_precision");
        DistillationObjective objective = DistillationObjective.Parse(options.Objective);
        foreach (DistillationTeacher each in teachers)
            RequireFit(job, each.Model);
        TargetSpec[] specs = [.. teachers.Select(t => TargetSpec.Of(objective, job.Model, job.Train.View.Size, t.Model))];
        options.RequireFit(training);
        foreach ((DistillationTeacher each, TargetSpec spec) in teachers.Zip(specs))
            each.Cache?.Cache.RequireServes(spec);
        bool taught = teacher is not null && options.AsksTeacher;
        SettingSchedule schedule = options.Share;
        Func<long, double> share = schedule.Over(options.Weight, CosineSchedule.Of(training, job.Train.BatchesPerEpoch));
        int[] counts = job.Train.ClassCounts(job.Model.Options.NumClasses);
        using var labels = new LabelLoss(training, counts);
        using Tensor? balance = Balance(counts);
        int views = options.ShownViews(training.Epochs), recycled = options.RecycledViews(training.Epochs);
        foreach ((DistillationTeacher each, TargetSpec spec) in teachers.Zip(specs)
            .Where(t => taught && recycled > 0 && t.Second.HasMaps && t.First.Cache is null))
            job.Progress?.Report(new MessageProgress(job.Stage, TeacherTargets.Description(samples, recycled, spec)));
        using AveragedTargets? targets = taught
            ? Targets(teachers, samples, views, recycled, specs, job.Train, cancellationToken)
            : null;
        using StudentProjections? projections = taught ? StudentProjections.Of(objective, job, [.. teachers.Select(t => t.Model)]) : null;
        var lesson = new Lesson(objective, specs, projections, labels, balance);
        int View(int epoch) => options.Views == 0 ? epoch : epoch % options.Views;
        return new Trainer(training).Run(
            job with
            {
                Loss = (model, batch, step) =>
                    Loss(model, batch, step, targets, targets is null ? 0 : share(step.Index), View(step.Epoch), lesson),
                TeacherWeight = taught && !schedule.IsConstant ? share : null,
                Objective = Identity(teachers, taught),
                Auxiliary = projections,
                // What is kept is kept a view and an image, however often that is drawn.
                ViewEpoch = options.Views == 0 && !(taught && teachers.Any(t => t.Cache is not null)) ? null : View,
                FullViews = taught,
            },
            cancellationToken);
    }

    /// <summary>
    /// What the student learns from. Where a cache lies does not matter, whether there is one does: what it holds is rounded.
    /// </summary>
    private string Identity(IReadOnlyList<DistillationTeacher> teachers, bool taught)
    {
        string Of(DistillationTeacher teacher)
        {
            TeacherCache? cache = taught ? teacher.Cache?.Cache : null;
            string kept = cache is null
                ? string.Empty
                : cache.Manifest.TopK > 0 ? $", its top {cache.Manifest.TopK} in 16 bits" : ", in 16 bits";
            return (cache?.Key.TeacherFingerprint ?? ModelFingerprint.Of(teacher.Model)) + kept;
        }

        string all = teachers.Count == 0 ? "none" : string.Join(" and ", teachers.Select(Of));
        return $"distillation {JsonSerializer.Serialize(options with { Cache = string.Empty, CacheTopK = 0 }, Json.Line)} teacher {all}";
    }

    private AveragedTargets Targets(
        IReadOnlyList<DistillationTeacher> teachers, int samples, int views, int recycled, TargetSpec[] specs, BatchLoader loader,
        CancellationToken cancellationToken)
    {
        foreach (DistillationTeacher teacher in teachers)
            teacher.Cache?.Cache.RequireSpace(views);
        ITeacherTargets[] each = [.. teachers.Zip(specs, (t, spec) => t.Cache is { } cache
            ? (ITeacherTargets)new CachedTargets(cache, views, spec, cancellationToken)
            : new TeacherTargets(t.Model, samples, recycled, spec, loader, options.TeacherPrecision, cancellationToken))];
        return new AveragedTargets(each, options.Average, options.Temperature);
    }

    private Tensor Loss(ImageModel student, Batch batch, TrainingStep step, AveragedTargets? targets, double weight, int view,
        Lesson lesson)
    {
        using DisposeScope scope = NewDisposeScope();
        BatchOutputs[] teachers = weight > 0 ? targets!.For(batch, view) : [];
        if (teachers.Length > 0 && lesson.Balance is { } balance)
            teachers[0] = teachers[0] with { Logits = teachers[0].Logits.Plus(balance) };
        BatchOutputs[] outputs;
        Tensor? own;
        using (MixedPrecision.Enter(training, student))
        {
            (outputs, own) = TargetReader.Read(
                student, student.Info.Normalization.Apply(batch.Inputs),
                teachers.Length == 0 ? [new TargetSpec(student.Options.NumClasses)] : lesson.Specs, apart: weight is > 0 and < 1);
            if (lesson.Projections is { } projections)
                outputs = [.. outputs.Select(projections.Apply)];
        }

        outputs = [.. outputs.Select(o => o.Map(part => part.to(ScalarType.Float32)))];
        using Scalar hard = 1 - weight, soft = weight;
        Tensor? loss = weight < 1 ? lesson.Labels.Of(own?.to(ScalarType.Float32) ?? outputs[0].Logits, batch) * hard : null;
        if (teachers.Length > 0)
        {
            Tensor labels = lesson.Objective.NeedsLabels ? Labels(batch, teachers[0].Logits) : batch.Labels;
            Tensor part = lesson.Objective.Loss([.. outputs.Zip(teachers)], labels, options.Temperature, step.Progress) * soft;
            loss = loss is null ? part : loss.Plus(part);
        }

        return loss!.MoveToOuterDisposeScope();
    }

    /// <summary>The labels that the objective's terms see: an unlabelled image's is the teacher's class.</summary>
    private static Tensor Labels(Batch batch, Tensor teacher)
    {
        using Scalar none = (long)UnlabelledImages.NoLabel;
        return where(batch.Labels.eq(none), teacher.argmax(1), batch.Labels);
    }

    /// <summary>
    /// What makes the teacher's softened probabilities w p / sum(w p) (balanced distillation, Zhang 2021): T log w, added to its logits.
    /// Null where it is not wanted.
    /// </summary>
    private Tensor? Balance(int[] counts)
    {
        double[]? weights = ClassWeights.Of(options.TargetWeights, counts, "student.distillation.target_weights");
        return weights is null
            ? null
            : tensor(weights.Select(w => (float)(options.Temperature * Math.Log(w))).ToArray()).DetachFromDisposeScope();
    }

    private static void RequireFit(TrainingJob job, ImageModel teacher)
    {
        ImageModel student = job.Model;
        if (teacher.Options.NumClasses != student.Options.NumClasses)
        {
            throw new InputException(
                $"The teacher knows {teacher.Options.NumClasses} classes and the student {student.Options.NumClasses}.",
                teacher.Info.Name,
                "Distil from a teacher that was fine-tuned on this data set.");
        }

        int view = job.Train.View.SecondSize ?? job.Train.View.Size;
        if (teacher.ImageSize != view)
        {
            throw new InputException(
                $"The teacher takes {teacher.ImageSize} px images, but the batches hold views of {view} px for it.",
                teacher.Info.Name,
                "Give the loader's views the teacher's size as their second size.");
        }
    }

    /// <summary>What a step's loss is made of.</summary>
    private sealed record Lesson(DistillationObjective Objective, IReadOnlyList<TargetSpec> Specs, StudentProjections? Projections,
        LabelLoss Labels, Tensor? Balance);
}
