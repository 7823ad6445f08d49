using ReMem.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>What several teachers say on average. Each is live or cached by itself, so that one more teacher costs no further pass of the others.</summary>
/// <param name="teachers">Of the same classes in the same order; owned.</param>
/// <param name="average">Of what.</param>
/// <param name="temperature">The objective's.</param>
internal sealed class AveragedTargets(IReadOnlyList<ITeacherTargets> teachers, TeacherAverage average, double temperature) : ITeacherTargets
{
    public BatchOutputs For(Batch batch, int view)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        return new BatchOutputs(Of([.. teachers.Select(t => t.For(batch, view).Logits)], average, temperature).MoveToOuterDisposeScope(), null);
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
