using ReMem.Data.Layouts;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Evaluation;

/// <summary>A model and its class names.</summary>
/// <param name="Model">In training mode when created; prediction sets eval mode.</param>
/// <param name="Labels">Class names in index order.</param>
public sealed record LabelledModel(ImageModel Model, IReadOnlyList<string> Labels)
{
    /// <summary>Where the class names come from where none were given; null where they were given.</summary>
    public string? Note { get; init; }

    /// <summary>Loads a folder that holds model, weights and class names.</summary>
    /// <exception cref="InputException">It is not a model folder.</exception>
    public static LabelledModel FromFolder(string directory)
    {
        (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(directory);
        return new LabelledModel(model, labels);
    }

    /// <summary>Builds a catalogue model with as many classes as its weights have.</summary>
    /// <param name="name">timm's name.</param>
    /// <param name="weights">A file on disk, in any format that weights come in.</param>
    /// <param name="labels">Class names, one per line in index order; null: ImageNet's where there are 1000 classes, else numbers.</param>
    /// <param name="imageSize">Side of the input in pixels; null is the model's own.</param>
    /// <param name="prefix">Prefix of the model's tensors; null finds it.</param>
    /// <exception cref="InputException">No such model or file, the weights do not fit, or there is not one name per class.</exception>
    public static LabelledModel FromWeights(string name, string weights, string? labels = null, int? imageSize = null,
        string? prefix = null)
    {
        IReadOnlyList<string>? given = labels is null ? null : Predictor.ReadLabels(labels);
        ImageModel model = ModelCatalogue.Create(name,
            new ModelOptions { NumClasses = WeightLoader.CountClasses(name, weights, prefix), ImageSize = imageSize });
        WeightLoader.Load(model, weights, new WeightLoadOptions { Prefix = prefix });
        int classes = model.Options.NumClasses;
        if (given is not null)
        {
            return given.Count == classes
                ? new LabelledModel(model, given)
                : throw new InputException($"The labels name {given.Count} classes, but the weights have {classes}.", labels,
                    "Give one line per class, in index order.");
        }

        return classes == ImageNetClasses.Count
            ? new LabelledModel(
                model, ImageNetClasses.Names)
            { Note = "the weights have 1000 classes: ImageNet's names are used; --labels gives others" }
            : new LabelledModel(model, [.. Enumerable.Range(0, classes).Select(i => $"class {i}")])
            {
                Note = "the classes have no names: --labels gives them",
            };
    }
}
