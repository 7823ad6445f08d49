using ReMem.Data;
using ReMem.Distillation.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>What teachers say: of several the logits on average, their features each by itself. Each is live or cached, so that one more teacher costs no further pass of the others.</summary>
/// <param name="teachers">Of the same classes in the same order; owned.</param>
/// <param name="average">Of what.</param>
/// <param name="temperature">The objective's.</param>
internal sealed class AveragedTargets(IReadOnlyList<ITeacherTargets> teachers, TeacherAverage average, double temperature) : IDisposable
{
    /// <summary>The outputs of every teacher for the batch's images, with the logits of all, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
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

    /// <summary>Logits [B, C] that stand for all: of averaged probabilities p they are T log p, whose softened probabilities are p again.</summary>
    /// <param name="logits">A teacher's [B, C] each.</param>
    /// <param name="average">Of what.</param>
    /// <param name="temperature">T.</param>
    internal static Tensor Of(Tensor[] logits, TeacherAverage average, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = stack(logits);
        if (average == TeacherAverage.Logits)
            return all.mean([0]).MoveToOuterDisposeScope();
        using Scalar soften = temperature, share = Math.Log(logits.Length);

        // By way of logarithms, so that a class that no teacher believes in keeps a finite logit.
        return ((all / soften).log_softmax(2).logsumexp(0) - share).mul(soften).MoveToOuterDisposeScope();
    }
}
