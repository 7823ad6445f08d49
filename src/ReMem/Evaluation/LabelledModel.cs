using ReMem.Data.Layouts;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Evaluation;

/// <summary>A model and what its classes are called.</summary>
/// <param name="Model">In training mode as it is made; whoever predicts puts it in eval mode.</param>
/// <param name="Labels">Class names in index order.</param>
public sealed record LabelledModel(ImageModel Model, IReadOnlyList<string> Labels)
{
    /// <summary>How the classes got their names where nobody gave any; null where they are given.</summary>
    public string? Note { get; init; }

    /// <summary>Loads a folder that holds model, weights and class names.</summary>
    /// <exception cref="InputException">It is no model folder.</exception>
    public static LabelledModel FromFolder(string directory)
    {
        (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(directory);
        return new LabelledModel(model, labels);
    }

    /// <summary>Makes a catalogue model of as many classes as its weights have.</summary>
    /// <param name="name">timm's.</param>
    /// <param name="weights">A file on disk, in any format that weights come in.</param>
    /// <param name="labels">Class names, one a line in index order; null: ImageNet's where there are 1000 classes, else numbers.</param>
    /// <param name="imageSize">Side of the input in pixels; null is the model's own.</param>
    /// <param name="prefix">Under which prefix the model's tensors are; null finds it.</param>
    /// <exception cref="InputException">No such model or file, the weights do not fit, or there is not one name per class.</exception>
    public static LabelledModel FromWeights(string name, string weights, string? labels = null, int? imageSize = null, string? prefix = null)
    {
        IReadOnlyList<string>? given = labels is null ? null : Predictor.ReadLabels(labels);
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = WeightLoader.CountClasses(name, weights, prefix), ImageSize = imageSize });
        WeightLoader.Load(model, weights, new WeightLoadOptions { Prefix = prefix });
        int classes = model.Options.NumClasses;
        if (given is not null)
        {
            return given.Count == classes
                ? new LabelledModel(model, given)
                : throw new InputException($"The labels name {given.Count} classes, but the weights have {classes}.", labels, "Give one line per class, in index order.");
        }

        return classes == ImageNetClasses.Count
            ? new LabelledModel(model, ImageNetClasses.Names) { Note = "the weights have 1000 classes: they are called by ImageNet's names; --labels gives others" }
            : new LabelledModel(model, [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]) { Note = "the classes have no names: --labels gives them" };
    }
}
