using ReMem.Data;
using ReMem.Distillation.Losses;

namespace ReMem.Distillation.Targets;

/// <summary>The source of a teacher's outputs for a student's training.</summary>
internal interface ITeacherTargets : IDisposable
{
    /// <summary>The outputs for the batch's images, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">The recycled view of the batch.</param>
    BatchOutputs For(Batch batch, int view);
}
