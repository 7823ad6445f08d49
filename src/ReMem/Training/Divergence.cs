using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Finds out, after an epoch's steps, that a training has diverged. Loss and gradient stay finite while batch norms' running statistics, averaged weights or the optimiser's
/// squares overflow, and what is validated or saved then is broken. Once an epoch: to look at every step would wait for the device each time.
/// </summary>
/// <param name="job">Named in errors.</param>
/// <param name="finished">Epochs before this one.</param>
/// <param name="step">The epoch's last step, from 0.</param>
internal sealed class Divergence(TrainingJob job, int finished, long step)
{
    /// <summary>Refuses a state that cannot be trained on.</summary>
    /// <param name="state">As a checkpoint would have it.</param>
    /// <param name="parameters">Those that are trained, to name the one that a place in a flat vector belongs to.</param>
    /// <exception cref="ReMemException">A number is NaN or infinite.</exception>
    public void RequireFinite(IEnumerable<KeyValuePair<string, Tensor>> state, ParameterSet parameters)
    {
        KeyValuePair<string, Tensor>[] all = [.. state];
        if (FiniteTensors.FirstBroken(all) is not { } broken)
            return;
        string name = broken.Name.StartsWith(TrainingCheckpoint.ModelPrefix, StringComparison.Ordinal) ? broken.Name[TrainingCheckpoint.ModelPrefix.Length..] : broken.Name;
        bool isFlat = all.First(entry => entry.Key == broken.Name).Value is { } tensor && tensor.dim() == 1 && tensor.numel() == parameters.Count;
        string whose = isFlat && name == broken.Name ? $" (at '{parameters.NameAt(broken.At)}')" : string.Empty;
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
        throw Error($"the validation loss is {value}, since the tensor of its logits overflows, though every weight is finite");
    }

    private ReMemException Error(string what)
    {
        string kept = job.CheckpointPath is not null && finished > 0 ? $"the checkpoint of epoch {finished} is kept" : "no checkpoint of it is kept";
        return new ReMemException($"The training diverged in epoch {finished + 1}, by step {step}: {what}.", job.Stage, $"Lower the learning rate or rho; {kept}.");
    }
}
