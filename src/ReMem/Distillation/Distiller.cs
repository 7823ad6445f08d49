using System.Text.Json;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
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
        if (teacher is not null)
            RequireFit(job.Model, teacher);
        // Views that no epoch comes back to are not worth keeping targets for.
        int recycled = options.Views < training.Epochs ? options.Views : 0;
        using TeacherTargets? targets = teacher is null || options.Weight == 0 ? null : new TeacherTargets(teacher, samples, recycled);
        int View(int epoch) => options.Views == 0 ? epoch : epoch % options.Views;
        return new Trainer(training).Run(
            job with
            {
                Loss = (model, batch, epoch) => Loss(model, batch, targets, View(epoch)),
                Objective = $"distillation {JsonSerializer.Serialize(options, Json.Line)} teacher {teacher?.Info.Name ?? "none"}",
                ViewEpoch = View,
            },
            cancel);
    }

    private Tensor Loss(ImageModel student, Batch batch, TeacherTargets? targets, int view)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? target = targets?.For(batch, view);
        Tensor logits = student.call(student.Info.Normalization.Apply(batch.Images));
        return DistillationLoss.Combined(logits, target, batch.Targets(student.Options.NumClasses), options, training.LabelSmoothing).MoveToOuterDisposeScope();
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
