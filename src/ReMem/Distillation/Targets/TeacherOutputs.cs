using ReMem.Data;
using ReMem.Distillation.Losses;
using ReMem.Models;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>A teacher at work.</summary>
internal static class TeacherOutputs
{
    /// <summary>What a teacher in eval mode says of a batch's images, float32 without gradient; the caller's scope owns it.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="batch">The student's own views.</param>
    /// <param name="spec">The wanted outputs.</param>
    /// <param name="precision">Of the pass.</param>
    public static BatchOutputs Of(ImageModel teacher, Batch batch, TargetSpec spec, Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using IDisposable? mixed = MixedPrecision.Enter(precision, teacher);

        // A teacher of another size has the same views at that size.
        BatchOutputs outputs = TargetReader.Read(teacher, teacher.Info.Normalization.Apply(batch.SecondImages ?? batch.Images), spec);
        return outputs.Map(part => part.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }
}
