using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Detects that a training has diverged. Loss and gradient stay finite while batch norms' running statistics, averaged weights or the
/// optimiser's squares overflow, and validated or saved weights are then broken. These are checked once per epoch: checking at every step
/// would wait for the device each time.
/// </summary>
/// <param name="job">Named in errors.</param>
/// <param name="finished">Epochs before this one.</param>
/// <param name="step">The last attempted step, from 0.</param>
internal sealed class Divergence(TrainingJob job, int finished, long step)
{
    private string Remedy => job.CheckpointPath is not null && finished > 0
        ? $"Lower the learning rate or rho; the checkpoint of epoch {finished} is kept."
        : "Lower the learning rate or rho; no checkpoint of it is kept.";

    /// <summary>Throws for a state that cannot be trained further.</summary>
    /// <param name="state">The state as in a checkpoint.</param>
    /// <param name="parameters">The trained parameters, to name the one at a position in a flat vector.</param>
    /// <exception cref="ReMemException">A number is NaN or infinite.</exception>
    public void RequireFinite(IEnumerable<KeyValuePair<string, Tensor>> state, ParameterSet parameters)
    {
        KeyValuePair<string, Tensor>[] all = [.. state];
        if (FiniteTensors.FirstBroken(all) is not { } broken)
            return;
        bool ofModel = broken.Name.StartsWith(TrainingCheckpoint.ModelPrefix, StringComparison.Ordinal);
        string name = ofModel ? broken.Name[TrainingCheckpoint.ModelPrefix.Length..] : broken.Name;
        Tensor tensor = all.First(entry => entry.Key == broken.Name).Value;
        bool isFlat = !ofModel && tensor.dim() == 1 && tensor.numel() == parameters.Count;
        string whose = isFlat ? $" (at '{parameters.NameAt(broken.At)}')" : string.Empty;
        throw Error($"the tensor '{name}'{whose} holds {broken.Value}");
    }

    /// <summary>Throws for a validation whose loss is not finite.</summary>
    /// <param name="found">Top-1 in [0, 1] and mean cross-entropy.</param>
    /// <returns>The argument.</returns>
    /// <exception cref="ReMemException">Either is NaN or infinite.</exception>
    public (double Top1, double Loss) RequireFinite((double Top1, double Loss) found)
    {
        if (double.IsFinite(found.Loss) && double.IsFinite(found.Top1))
            return found;
        string value = double.IsNaN(found.Loss + found.Top1) ? "NaN" : "infinity";
        throw Error($"on validation the tensor 'logits' overflows (the loss is {value}), though every weight is finite");
    }

    /// <summary>Makes the error for consecutive skipped steps.</summary>
    /// <param name="skips">Their number.</param>
    /// <param name="result">The result of the last one.</param>
    /// <param name="parameters">The parameters whose values and gradients are checked.</param>
    public ReMemException Stuck(int skips, GradientResult result, ParameterSet parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        string tensor = parameters.FirstNonFinite() is { } name ? $"tensor '{name}' holds a non-finite value"
            : FormattableString.Invariant($"loss {result.Loss}, gradient norm {result.GradientNorm}")
                + (FiniteTensors.FirstBroken([KeyValuePair.Create("gradient", parameters.LiveGradients)]) is { } broken
                    ? $", the gradient of '{parameters.NameAt(broken.At)}' holds {broken.Value}" : string.Empty);
        return new ReMemException($"{skips} steps in a row had a non-finite gradient, up to step {step}: {tensor}.", job.Stage, Remedy);
    }

    private ReMemException Error(string what) =>
        new($"The training diverged in epoch {finished + 1}, by step {step}: {what}.", job.Stage, Remedy);
}
