namespace ReMem.Models;

/// <summary>A model's size, computed from the architecture's numbers: no layer is run.</summary>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Macs">Multiply-accumulates of one image, of convolutions, linear layers and attention products.</param>
internal sealed record ModelStatistics(long Parameters, long Macs)
{
    /// <summary>Counts a model of the catalogue at its own image size, without building it and without libtorch.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static ModelStatistics Of(string name) => ModelCatalogue.Count(name, new ModelOptions());

    /// <summary>Counts a built model: its parameters, and the multiply-accumulates of its shape at its image size. It is not run.</summary>
    /// <exception cref="ArgumentException">It is not an architecture of the catalogue.</exception>
    public static ModelStatistics Of(ImageModel model)
    {
        ICountedShape shape = model switch
        {
            TransformerModel transformer => transformer.Shape,
            ResNet resnet => resnet.Shape,
            EfficientNet efficient => efficient.Shape,
            ConvNeXt next => next.Shape,
            _ => throw new ArgumentException($"{model.GetType().Name} has no count", nameof(model)),
        };
        return shape.Count(model.ImageSize, model.Options.NumClasses) with { Parameters = model.parameters().Sum(p => p.numel()) };
    }
}
