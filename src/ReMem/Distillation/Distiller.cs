using System.Text.Json;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using ReMem.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Trains a student on labels and, where there is one, a teacher's outputs for the very same views.</summary>
public sealed class Distiller(TrainingOptions training, DistillationOptions options)
{
    /// <summary>Trains the student to the end, from its checkpoint where one stands.</summary>
    /// <param name="job">The student and its batches; its loss, objective and view epochs are set here.</param>
    /// <param name="teacher">Of the same classes in the same order, and the same input size; null trains on labels alone.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="InputException">The teacher does not fit the student, or an option is out of range.</exception>
    public TrainingResult Run(TrainingJob job, ImageModel? teacher, int samples, CancellationToken cancel = default)
    {
        DataOptions.Validate(options, "distillation");
        DistillationObjective objective = DistillationObjective.Parse(options.Objective);
        if (teacher is not null)
            RequireFit(job.Model, teacher);
        if (objective.NeedsLabels && training.MixupAlpha + training.CutmixAlpha > 0)
        {
            throw new InputException(
                $"The objective '{objective}' needs one label an image, and mixup or cutmix gives two.", "student.distillation.objective", "Use kl or dist with mixed images.");
        }

        bool taught = teacher is not null && options.Weight > 0;
        using TeacherTargets? targets = taught ? new TeacherTargets(teacher!, samples, options.RecycledViews(training.Epochs), objective.NeedsFeatures) : null;
        using Linear? projection = taught && objective.NeedsSameWidth ? Projection(job, teacher!) : null;
        int View(int epoch) => options.Views == 0 ? epoch : epoch % options.Views;
        return new Trainer(training).Run(
            job with
            {
                Loss = (model, batch, epoch) => Loss(model, batch, targets, View(epoch), objective, projection),
                Objective = $"distillation {JsonSerializer.Serialize(options, Json.Line)} teacher {(teacher is null ? "none" : ModelFingerprint.Of(teacher))}",
                Auxiliary = projection,
                ViewEpoch = View,
            },
            cancel);
    }

    private Tensor Loss(ImageModel student, Batch batch, TeacherTargets? targets, int view, DistillationObjective objective, Linear? projection)
    {
        using DisposeScope scope = NewDisposeScope();
        BatchOutputs? teacher = targets?.For(batch, view);
        BatchOutputs outputs;
        using (MixedPrecision.Enter(training, student))
            outputs = Outputs(student, student.Info.Normalization.Apply(batch.Images), teacher?.Features is not null, projection);
        outputs = new BatchOutputs(outputs.Logits.to(ScalarType.Float32), outputs.Features?.to(ScalarType.Float32));
        double weight = teacher is null ? 0 : options.Weight;
        using Scalar hard = 1 - weight, soft = weight;
        Tensor? loss = weight < 1 ? nn.functional.cross_entropy(outputs.Logits, batch.Targets(student.Options.NumClasses), label_smoothing: training.LabelSmoothing) * hard : null;
        if (teacher is not null)
        {
            Tensor part = objective.Loss(outputs, teacher, batch.Labels, options.Temperature) * soft;
            loss = loss is null ? part : loss.Plus(part);
        }

        return loss!.MoveToOuterDisposeScope();
    }

    private static BatchOutputs Outputs(ImageModel student, Tensor images, bool features, Linear? projection)
    {
        if (!features)
            return new BatchOutputs(student.call(images), null);
        Tensor maps = student.ForwardFeatures(images);
        Tensor pooled = student.ForwardHead(maps, preLogits: true);
        return new BatchOutputs(student.ForwardHead(maps), projection is null ? pooled : projection.call(pooled));
    }

    /// <summary>A linear map from the student's feature to the teacher's, learned beside the student and then forgotten (FitNets, Romero 2015).</summary>
    private static Linear? Projection(TrainingJob job, ImageModel teacher)
    {
        if (job.Model.NumFeatures == teacher.NumFeatures)
            return null;
        manual_seed((long)new CounterRandom(job.Seed, "projection").NextUInt32());
        return nn.Linear(job.Model.NumFeatures, teacher.NumFeatures);
    }

    private static void RequireFit(ImageModel student, ImageModel teacher)
    {
        if (teacher.Options.NumClasses != student.Options.NumClasses)
        {
            throw new InputException(
                $"The teacher knows {teacher.Options.NumClasses} classes and the student {student.Options.NumClasses}.",
                teacher.Info.Name,
                "Distil from a teacher that was fine-tuned on this data set.");
        }

        if (teacher.ImageSize != student.ImageSize)
        {
            throw new InputException(
                $"The teacher takes {teacher.ImageSize} px images and the student {student.ImageSize} px, but both see the same view.",
                teacher.Info.Name,
                "Give both the same image size.");
        }
    }
}
