using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>A decoder from features to targets: a linear one for the feature's kind, and convolutions that refine its drawing.</summary>
internal sealed class FeatureDecoder : IDisposable
{
    private readonly ILinearDecoder _linear;
    private readonly ImageRefiner? _refiner;
    private readonly InformationMeterOptions _options;

    private FeatureDecoder(ILinearDecoder linear, ImageRefiner? refiner, InformationMeterOptions options)
    {
        (_linear, _refiner, _options) = (linear, refiner, options);
    }

    /// <summary>The mean target [P], the prediction without any feature.</summary>
    public Tensor Constant => _linear.Offset;

    /// <summary>Fits on some rows, with hyperparameters chosen on others. Tensors belong to the caller's scope.</summary>
    /// <param name="fit">Features [N, D] or maps [N, C, G, G], and targets float [N, P].</param>
    /// <param name="held">Held-out rows, which choose strength and stopping.</param>
    /// <param name="options">The budget.</param>
    /// <param name="refine">Whether the targets are images, so that convolutions may follow.</param>
    /// <param name="seed">Seed of initialisation and order.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static FeatureDecoder Fit(
        (Tensor Features, Tensor Targets) fit, (Tensor Features, Tensor Targets) held, InformationMeterOptions options, bool refine,
        long seed, CancellationToken cancellationToken)
    {
        ILinearDecoder linear = fit.Features.dim() == 4
            ? GridDecoder.Fit(fit, held, options.ImageSize)
            : RidgeDecoder.Fit(fit.Features, fit.Targets);
        if (!refine || options.Epochs == 0)
            return new FeatureDecoder(linear, null, options);
        using DisposeScope scope = NewDisposeScope();
        var refiner = new ImageRefiner(options.Width, options.Likelihood, seed);
        Tensor Images(Tensor flat) => flat.view(-1, 3, options.ImageSize, options.ImageSize);
        refiner.Train(
            (Images(linear.PredictLeftOut(fit.Features, fit.Targets)), Images(fit.Targets)),
            (Images(linear.Predict(held.Features)), Images(held.Targets)),
            options,
            seed,
            cancellationToken);
        foreach ((_, Tensor value) in refiner.state_dict())
            value.DetachFromDisposeScope();
        return new FeatureDecoder(linear, refiner, options);
    }

    /// <summary>The drawings [N, P]. Unbounded pixels may leave [0, 1].</summary>
    public Tensor Draw(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor drawn = _linear.Predict(features);
        if (_refiner is not null)
            drawn = _refiner.Draw(drawn.view(-1, 3, _options.ImageSize, _options.ImageSize), _options.BatchSize).flatten(1);
        return drawn.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _refiner?.Dispose();
}
