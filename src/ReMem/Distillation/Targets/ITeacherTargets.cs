using ReMem.Data;
using ReMem.Distillation.Losses;

namespace ReMem.Distillation.Targets;

/// <summary>Where a student's training takes a teacher's outputs from.</summary>
internal interface ITeacherTargets : IDisposable
{
    /// <summary>The outputs for the batch's images, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
    BatchOutputs For(Batch batch, int view);
}
