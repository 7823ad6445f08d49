using ReMem.Data;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Objectives between a student's and a teacher's outputs. All take logits [B, C] and return a scalar.</summary>
public static class DistillationLoss
{
    /// <summary>
    /// KL(softmax(t / T) || softmax(s / T)) T^2, mean over the batch (Hinton 2015). T^2 keeps the gradient's size as T grows.
    /// </summary>
    public static Tensor KullbackLeibler(Tensor student, Tensor teacher, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar soften = temperature, size = temperature * temperature;
        Tensor log = nn.functional.log_softmax(student / soften, dim: 1);
        Tensor target = nn.functional.log_softmax(teacher / soften, dim: 1);
        return ((target.exp() * (target - log)).sum(dim: 1).mean() * size).MoveToOuterDisposeScope();
    }

    /// <summary>The weighted sum of <see cref="KullbackLeibler"/> and the cross-entropy with the labels.</summary>
    /// <param name="student">Logits [B, C].</param>
    /// <param name="teacher">Logits [B, C], or null for labels alone.</param>
    /// <param name="labels">int64 [B], or a distribution a row, float32 [B, C] (<see cref="Batch.Targets"/>).</param>
    /// <param name="options">Temperature and weight.</param>
    /// <param name="labelSmoothing">Of the cross-entropy.</param>
    public static Tensor Combined(Tensor student, Tensor? teacher, Tensor labels, DistillationOptions options, double labelSmoothing)
    {
        using DisposeScope scope = NewDisposeScope();
        double weight = teacher is null ? 0 : options.Weight;
        using Scalar hard = 1 - weight, softly = weight;
        Tensor? loss = weight < 1 ? nn.functional.cross_entropy(student, labels, label_smoothing: labelSmoothing) * hard : null;
        if (teacher is not null && weight > 0)
        {
            Tensor soft = KullbackLeibler(student, teacher, options.Temperature) * softly;
            loss = loss is null ? soft : loss.Plus(soft);
        }

        return loss!.MoveToOuterDisposeScope();
    }
}
