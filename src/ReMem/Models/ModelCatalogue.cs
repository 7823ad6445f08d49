using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>Every architecture by timm's name.</summary>
public static class ModelCatalogue
{
    /// <summary>The name of the demo's own teacher, the one that timm does not know.</summary>
    public const string DemoTeacher = "vit_pico_patch4_32";

    private static readonly Dictionary<string, ModelEntry> Entries = Build();

    /// <summary>Every entry, teachers first.</summary>
    public static IReadOnlyList<ModelInfo> All { get; } = [.. Entries.Values.Select(e => e.Info)];

    /// <summary>The entry of a name.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static ModelInfo Info(string name) => Entry(name).Info;

    /// <summary>Builds a model, initialised as timm does for training from scratch.</summary>
    /// <exception cref="InputException">No model has that name, or an option does not fit it.</exception>
    public static ImageModel Create(string name, ModelOptions? options = null) => Create(Info(name), options);

    /// <summary>Builds a model whose facts differ from the catalogue's, such as the normalisation its weights were trained with.</summary>
    /// <exception cref="InputException">No model has that name, or an option does not fit it.</exception>
    public static ImageModel Create(ModelInfo info, ModelOptions? options = null)
    {
        ModelEntry entry = Entry(info.Name);
        options ??= new ModelOptions();
        Require(options.NumClasses >= 1, "number of classes", options.NumClasses, "1 or more");
        Require(options.ImageSize is null or >= 8, "image size", options.ImageSize, "8 or more");
        Require(options.DropPathRate is >= 0 and < 1, "drop path rate", options.DropPathRate, "between 0 and 1");
        Require(options.DropRate is >= 0 and < 1, "drop rate", options.DropRate, "between 0 and 1");
        ImageModel model = entry.Create(info, options);

        // A model lives as long as its owner says, also when it is made inside a scope.
        foreach ((_, Tensor value) in model.state_dict())
            value.DetachFromDisposeScope();
        return model;
    }

    /// <summary>A ViT's numbers without building it; null for other architectures.</summary>
    internal static VisionTransformerShape? ShapeOf(string name) => Entry(name).Vit;

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
        void Vit(ModelInfo info, VisionTransformerShape shape) => entries.Add(info.Name, new ModelEntry(info, (i, o) => new VisionTransformer(i, o, shape), shape));
        void Resnet(ModelInfo info, ResNetShape shape) => entries.Add(info.Name, new ModelEntry(info, (i, o) => new ResNet(i, o, shape)));

        foreach ((string size, int width, int depth, int heads) in new[] { ("tiny", 192, 12, 3), ("small", 384, 12, 6), ("base", 768, 12, 12), ("large", 1024, 24, 16) })
        {
            Vit(new ModelInfo($"vit_{size}_patch16_224", "teacher", 224, Normalization.Half, 0.9, "bicubic", "head"), new(16, width, depth, heads));
            if (size != "tiny")
                Vit(new ModelInfo($"vit_{size}_patch32_224", "teacher", 224, Normalization.Half, 0.9, "bicubic", "head"), new(32, width, depth, heads));
            if (size != "large")
                Vit(new ModelInfo($"deit_{size}_patch16_224", "teacher", 224, Normalization.ImageNet, 0.9, "bicubic", "head"), new(16, width, depth, heads));
        }

        // The demo's own: timm.models.VisionTransformer(img_size=32, patch_size=4, embed_dim=128, depth=6, num_heads=4).
        Vit(new ModelInfo(DemoTeacher, "teacher", 32, Normalization.Half, 1, "bicubic", "head"), new(4, 128, 6, 4));

        Resnet(new ModelInfo("resnet18", "student", 224, Normalization.ImageNet, 0.95, "bicubic", "fc"), new([2, 2, 2, 2], [64, 128, 256, 512], false));
        Resnet(new ModelInfo("resnet20", "student", 32, Normalization.ImageNet, 1, "bicubic", "fc"), new([3, 3, 3], [16, 32, 64], true));
        var mobile = new ModelInfo("mobilenetv3_small_100", "student", 224, Normalization.ImageNet, 0.875, "bicubic", "classifier");
        entries.Add(mobile.Name, new ModelEntry(mobile, (i, o) => new MobileNetV3(i, o)));
        return entries;
    }

    private sealed record ModelEntry(ModelInfo Info, Func<ModelInfo, ModelOptions, ImageModel> Create, VisionTransformerShape? Vit = null);
}
