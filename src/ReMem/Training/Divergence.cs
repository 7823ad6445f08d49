using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Finds out that a training has diverged. Loss and gradient stay finite while batch norms' running statistics, averaged weights or the
/// optimiser's squares overflow, and what is validated or saved then is broken. These are looked at once an epoch: to look at every step
/// would wait for the device each time.
/// </summary>
/// <param name="job">Named in errors.</param>
/// <param name="finished">Epochs before this one.</param>
/// <param name="step">The last step that was tried, from 0.</param>
internal sealed class Divergence(TrainingJob job, int finished, long step)
{
    private string Remedy => job.CheckpointPath is not null && finished > 0
        ? $"Lower the learning rate or rho; the checkpoint of epoch {finished} is kept."
        : "Lower the learning rate or rho; no checkpoint of it is kept.";

    /// <summary>Refuses a state that cannot be trained on.</summary>
    /// <param name="state">As a checkpoint would have it.</param>
    /// <param name="parameters">Those that are trained, to name the one that a place in a flat vector belongs to.</param>
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

    /// <summary>Refuses a validation whose loss is no number.</summary>
    /// <param name="found">Top-1 in [0, 1] and mean cross-entropy.</param>
    /// <returns>What was given.</returns>
    /// <exception cref="ReMemException">Either is NaN or infinite.</exception>
    public (double Top1, double Loss) RequireFinite((double Top1, double Loss) found)
    {
        if (double.IsFinite(found.Loss) && double.IsFinite(found.Top1))
            return found;
        string value = double.IsNaN(found.Loss + found.Top1) ? "NaN" : "infinity";
        throw Error($"on validation the tensor 'logits' overflows (the loss is {value}), though every weight is finite");
    }

    /// <summary>Steps in a row that could not be taken.</summary>
    /// <param name="skips">How many.</param>
    /// <param name="result">The last one's.</param>
    /// <param name="parameters">Whose values and gradients are looked at.</param>
    public ReMemException Stuck(int skips, GradientResult result, ParameterSet parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        string tensor = parameters.FirstNonFinite() is { } name ? $"tensor '{name}' holds a non-finite value"
            : FormattableString.Invariant($"loss {result.Loss}, gradient norm {result.GradientNorm}")
                + (FiniteTensors.FirstBroken([KeyValuePair.Create("gradient", parameters.LiveGradients)]) is { } broken
                    ? $", the gradient of '{parameters.NameAt(broken.At)}' holds {broken.Value}" : string.Empty);
        return new ReMemException($"{skips} steps in a row had a non-finite gradient, up to step {step}: {tensor}.", job.Stage, Remedy);
    }

    private ReMemException Error(string what) => new($"The training diverged in epoch {finished + 1}, by step {step}: {what}.", job.Stage, Remedy);
}
