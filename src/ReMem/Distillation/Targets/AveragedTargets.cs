using ReMem.Data;
using ReMem.Distillation.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>
/// The teachers' outputs: averaged logits of several, and the features of each. Each is live or cached, so that adding a teacher needs no
/// further pass of the others.
/// </summary>
/// <param name="teachers">Teachers with the same classes in the same order; owned.</param>
/// <param name="average">What is averaged.</param>
/// <param name="temperature">The objective's temperature.</param>
internal sealed class AveragedTargets(IReadOnlyList<ITeacherTargets> teachers, TeacherAverage average, double temperature) : IDisposable
{
    /// <summary>
    /// The outputs of every teacher for the batch's images, with the logits of all, without gradient; the caller's scope owns them.
    /// </summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">The recycled view of the batch.</param>
    public BatchOutputs[] For(Batch batch, int view)
    {
        if (teachers.Count == 1)
            return [teachers[0].For(batch, view)];
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        BatchOutputs[] each = [.. teachers.Select(t => t.For(batch, view))];
        Tensor all = Of([.. each.Select(e => e.Logits)], average, temperature);
        return [.. each.Select(e => (e with { Logits = all.alias() }).Map(part => part.MoveToOuterDisposeScope()))];
    }

    public void Dispose()
    {
        foreach (ITeacherTargets teacher in teachers)
            teacher.Dispose();
    }

    /// <summary>
    /// Logits [B, C] that represent all teachers: for averaged probabilities p they are T log p, whose softened probabilities are p again.
    /// </summary>
    /// <param name="logits">[B, C] of each teacher.</param>
    /// <param name="average">What is averaged.</param>
    /// <param name="temperature">T.</param>
    internal static Tensor Of(Tensor[] logits, TeacherAverage average, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = stack(logits);
        if (average == TeacherAverage.Logits)
            return all.mean([0]).MoveToOuterDisposeScope();
        using Scalar soften = temperature, share = Math.Log(logits.Length);

        // With logarithms, so that a class with no probability at any teacher keeps a finite logit.
        return ((all / soften).log_softmax(2).logsumexp(0) - share).mul(soften).MoveToOuterDisposeScope();
    }
}
