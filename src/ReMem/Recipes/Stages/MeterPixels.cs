using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using TorchSharp;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The splits as the meter's decoders draw them. Each is decoded and resized once, however many models are measured on it, and kept as
/// bytes, 3 KiB an image of 32 px.
/// </summary>
/// <param name="data">The images.</param>
/// <param name="cancellationToken">Stops between batches.</param>
internal sealed class MeterPixels(PreparedData data, CancellationToken cancellationToken) : IDisposable
{
    private readonly Dictionary<(IImageSource Split, int Size, Interpolation Filter), torch.Tensor> _splits = [];

    /// <summary>
    /// The images of a measurement, which the caller disposes: decoders learn on those of the training split and the unlabelled ones.
    /// </summary>
    /// <param name="held">The split that decoders are judged on.</param>
    /// <param name="model">Says how views are resized.</param>
    /// <param name="options">The budget, which says how large.</param>
    /// <exception cref="InputException">There are too few images, or the budget is out of range.</exception>
    public MeterImages Images(IImageSource held, ModelInfo model, InformationMeterOptions options) =>
        MeterImages.Prepare(Of(data.Decoded, model, options.ImageSize), Of(held, model, options.ImageSize), options);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (torch.Tensor pixels in _splits.Values)
            pixels.Dispose();
        _splits.Clear();
    }

    /// <summary>uint8 [N, 3, S, S].</summary>
    private torch.Tensor Of(IImageSource split, ModelInfo model, int size)
    {
        (IImageSource, int, Interpolation) key = (split, size, model.ViewInterpolation());
        if (!_splits.TryGetValue(key, out torch.Tensor? pixels))
            _splits[key] = pixels = Evaluator.Images(data.Evaluation(split, model, size), cancellationToken);
        return pixels;
    }
}
