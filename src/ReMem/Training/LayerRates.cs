using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Layer-wise decay of the learning rate (Clark 2020; Bao 2021): layer l of L has decay^(L - l) of the rate, so that the classifier learns
/// fastest and the embedding slowest. It scales the change by an optimiser's step, which for AdamW, SGD and others equals the step at the
/// scaled rate, decay included.
/// </summary>
internal sealed class LayerRates : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly Tensor? _scale;

    /// <summary>Makes the rates for the trained parameters.</summary>
    /// <param name="model">The model, which determines the layer of each parameter.</param>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="decay">Above 0 to 1; 1 has no effect.</param>
    public LayerRates(ImageModel model, ParameterSet parameters, double decay)
    {
        _parameters = parameters;
        if (decay >= 1)
            return;
        var groups = new LayerGroups(model);
        using Tensor scale = parameters.PerParameter((name, _) => Math.Pow(decay, groups.Head - groups.Of(name)));
        _scale = scale.clone().DetachFromDisposeScope();
    }

    /// <summary>Takes the optimiser's step with a rate per layer.</summary>
    /// <param name="optimizer">An optimiser of the same parameters.</param>
    /// <param name="rate">The head's learning rate.</param>
    public void Step(Optimizer optimizer, double rate)
    {
        if (_scale is null)
        {
            optimizer.Step(rate);
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor before = _parameters.Values();
        optimizer.Step(rate);
        using Scalar one = 1;
        _parameters.SetValues(before.addcmul(_parameters.LiveValues - before, _scale, one));
    }

    /// <inheritdoc/>
    public void Dispose() => _scale?.Dispose();
}
