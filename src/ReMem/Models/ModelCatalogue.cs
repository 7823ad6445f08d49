using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>Every architecture by timm's name.</summary>
public static partial class ModelCatalogue
{
    /// <summary>The name of the demo's own teacher, the one that timm does not know.</summary>
    internal const string DemoTeacher = "vit_pico_patch4_32";

    private const int MaxClasses = 10_000_000, MaxImageSize = 4096;

    private static readonly Dictionary<string, ModelEntry> Entries = Build();

    /// <summary>Every entry, teachers first.</summary>
    public static IReadOnlyList<ModelInfo> All { get; } = [.. Entries.Values.Select(e => e.Info)];

    /// <summary>The entry of a name.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static ModelInfo Info(string name) => Entry(name).Info;

    /// <summary>Builds a model, initialised as timm does for training from scratch.</summary>
    /// <exception cref="InputException">No model has that name, or an option does not fit it.</exception>
    public static ImageModel Create(string name, ModelOptions? options = null) => Create(Info(name), options);

    /// <summary>
    /// Builds a model whose properties differ from the catalogue's, such as the normalisation its weights were trained with.
    /// </summary>
    /// <exception cref="InputException">No model has that name, or an option does not fit it.</exception>
    public static ImageModel Create(ModelInfo info, ModelOptions? options = null)
    {
        ModelEntry entry = Entry(info.Name);
        options ??= new ModelOptions();
        Require(options.NumClasses is >= 1 and <= MaxClasses, "number of classes", options.NumClasses, $"1 to {MaxClasses}");
        Require(options.ImageSize is null or (>= 8 and <= MaxImageSize), "image size", options.ImageSize, $"8 to {MaxImageSize}");
        Require(options.DropPathRate is >= 0 and < 1, "drop path rate", options.DropPathRate, "between 0 and 1");
        Require(options.DropRate is >= 0 and < 1, "drop rate", options.DropRate, "between 0 and 1");
        if ((options.GlobalPool is not null || options.QkNorm) && entry.Shape is not TransformerShape)
            throw new InputException($"The model '{info.Name}' has no tokens: it takes neither a pooling nor qk_norm.", "model options");
        Require(
            !options.QkNorm || entry.Shape is VisionTransformerShape, "qk_norm", options.QkNorm,
            "left out for models other than a plain ViT");
        ImageModel model = entry.Create(info, options);

        // A model is disposed by its owner, also when it is built inside a scope.
        foreach ((_, Tensor value) in model.state_dict())
            value.DetachFromDisposeScope();
        return model;
    }

    /// <summary>A transformer's shape without building it; null for other architectures.</summary>
    internal static TransformerShape? ShapeOf(string name) => Entry(name).Shape as TransformerShape;

    /// <summary>What a network is usually trained from scratch with.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    internal static UsualRate UsualRate(string name) => Entry(name).Shape.UsualRate;

    /// <summary>Any model's size without building it.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    internal static ModelStatistics Count(string name, ModelOptions options)
    {
        ModelEntry entry = Entry(name);
        return entry.Shape.Count(options.ImageSize ?? entry.Info.ImageSize, options.NumClasses);
    }

    private static void Require(bool holds, string name, object? value, string must)
    {
        if (!holds)
            throw new InputException(FormattableString.Invariant($"The {name} is {value}; it must be {must}."), "model options");
    }

    private static ModelEntry Entry(string name) =>
        Entries.TryGetValue(name, out ModelEntry? entry) ? entry : throw Nearest.Unknown("model", name, Entries.Keys);

    private static Dictionary<string, ModelEntry> Build()
    {
        var entries = new Dictionary<string, ModelEntry>(StringComparer.Ordinal);
        AddTeachers(entries);
        AddStudents(entries);
        return entries;
    }

    private sealed record ModelEntry(ModelInfo Info, Func<ModelInfo, ModelOptions, ImageModel> Create, ICountedShape Shape);
}
