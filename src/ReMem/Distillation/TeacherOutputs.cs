using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Where a student's training takes a teacher's outputs from.</summary>
internal interface ITeacherTargets : IDisposable
{
    /// <summary>The outputs for the batch's images, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
    BatchOutputs For(Batch batch, int view);
}

/// <summary>A teacher at work.</summary>
internal static class TeacherOutputs
{
    /// <summary>What a teacher in eval mode says of a batch's images, without gradient; the caller's scope owns it.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="batch">The student's own views.</param>
    /// <param name="features">Whether the pooled feature is wanted beside the logits.</param>
    public static BatchOutputs Of(ImageModel teacher, Batch batch, bool features) => Of(teacher, batch, new ComparedOutputs { Features = features });

    /// <summary>As above, of all that is compared.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="batch">The student's own views.</param>
    /// <param name="compared">What is wanted beside the logits.</param>
    public static BatchOutputs Of(ImageModel teacher, Batch batch, ComparedOutputs compared)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();

        // A teacher of another size has the same views at that size.
        BatchOutputs outputs = compared.Read(teacher, teacher.Info.Normalization.Apply(batch.SecondImages ?? batch.Images)).Outputs;
        foreach (Tensor? part in new[] { outputs.Logits, outputs.Features, outputs.Tokens, outputs.Attention })
            part?.MoveToOuterDisposeScope();
        return outputs;
    }
}
