using ReMem.Runtime;

namespace ReMem.Models;

/// <summary>Every architecture by timm's name.</summary>
public static class ModelCatalogue
{
    private static readonly Dictionary<string, (ModelInfo Info, Func<ModelInfo, ModelOptions, ImageModel> Create)> Entries = [];

    /// <summary>Every entry, teachers first.</summary>
    public static IReadOnlyList<ModelInfo> All { get; } = Entries.Values.Select(e => e.Info).ToArray();

    /// <summary>The entry of a name.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static ModelInfo Info(string name) => Entry(name).Info;

    /// <summary>Builds a model, initialised as timm does for training from scratch.</summary>
    /// <exception cref="InputException">No model has that name, or an option does not fit it.</exception>
    public static ImageModel Create(string name, ModelOptions? options = null)
    {
        var entry = Entry(name);
        return entry.Create(entry.Info, options ?? new ModelOptions());
    }

    private static (ModelInfo Info, Func<ModelInfo, ModelOptions, ImageModel> Create) Entry(string name) =>
        Entries.TryGetValue(name, out var entry) ? entry : throw Nearest.Unknown("model", name, Entries.Keys);
}
