using System.Globalization;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>The names and shapes of the wanted architecture: only computed where a file has several networks.</summary>
internal sealed class WantedShapes
{
    private const string FirstBlock = "blocks.0.";
    private readonly Lazy<IReadOnlyDictionary<string, long[]>> _shapes;
    private readonly int? _depth;

    private WantedShapes(Func<IReadOnlyDictionary<string, long[]>> shapes, int? depth) => (_shapes, _depth) = (new(shapes), depth);

    /// <summary>The names and shapes of a model.</summary>
    public static WantedShapes Of(ImageModel model) =>
        new(() => model.state_dict().ToDictionary(t => t.Key, t => t.Value.shape, StringComparer.Ordinal),
            (model as TransformerModel)?.Shape.Depth);

    /// <summary>The names and shapes of a model of the catalogue. Of a transformer only one block is built.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static WantedShapes Of(string name)
    {
        ModelInfo info = ModelCatalogue.Info(name);
        TransformerShape? shape = ModelCatalogue.ShapeOf(name);
        return new WantedShapes(() => Build(info, shape), shape?.Depth);
    }

    /// <summary>The share of the wanted tensors that exist with their shape; those that are resampled or replaced also count.</summary>
    public double Fit(IReadOnlyDictionary<string, RenamedTensor> tensors)
    {
        int fits = 0;
        foreach ((string name, long[] shape) in _shapes.Value)
        {
            if (tensors.TryGetValue(name, out RenamedTensor? given)
                && (given.Entry.Shape.SequenceEqual(shape) || IsOfAnotherGrid(given.Entry.Shape, shape)))
                fits++;
        }

        // A deeper network has all blocks of a shallower one.
        bool isDeeper = _depth is { } depth && tensors.Keys.Any(n => n.StartsWith($"blocks.{depth}.", StringComparison.Ordinal));
        return (double)fits / Math.Max(1, _shapes.Value.Count) / (isDeeper ? 2 : 1);
    }

    /// <summary>
    /// Whether only one dimension differs, as with position embeddings of another grid and heads of other classes, or the two of a patch
    /// kernel.
    /// </summary>
    private static bool IsOfAnotherGrid(IReadOnlyList<long> given, long[] wanted) =>
        given.Count == wanted.Length && given.Zip(wanted).Count(d => d.First != d.Second) is var differing
            && (differing == 1 ? wanted.Length > 1 : differing == 2 && wanted.Length == 4);

    private static Dictionary<string, long[]> Build(ModelInfo info, TransformerShape? shape)
    {
        using DisposeScope scope = NewDisposeScope();
        var options = new ModelOptions { NumClasses = 1 };
        using ImageModel model = shape is null ? ModelCatalogue.Create(info, options) : (shape with { Depth = 1 }).Build(info, options);
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in model.state_dict())
        {
            bool isBlock = shape is not null && name.StartsWith(FirstBlock, StringComparison.Ordinal);
            for (int block = 0; block < (isBlock ? shape!.Depth : 1); block++)
                shapes[isBlock ? $"blocks.{block.ToString(CultureInfo.InvariantCulture)}.{name[FirstBlock.Length..]}" : name] = value.shape;
        }

        return shapes;
    }
}
