using ReMem.Data.Views;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// An image classifier with timm's interface. Submodule and parameter names are timm's, so a timm state dict loads by name.
/// </summary>
public abstract class ImageModel : nn.Module<Tensor, Tensor>
{
    /// <summary>Creates the base.</summary>
    protected ImageModel(ModelInfo info, ModelOptions options)
        : base(info.Name)
    {
        Info = info;
        Options = options with { ImageSize = options.ImageSize ?? info.ImageSize };
    }

    /// <summary>The catalogue's entry.</summary>
    public ModelInfo Info { get; }

    /// <summary>The options it was built with; <see cref="ModelOptions.ImageSize"/> is never null here.</summary>
    public ModelOptions Options { get; }

    /// <summary>Side of the square input, pixels.</summary>
    public int ImageSize => Options.ImageSize!.Value;

    /// <summary>Width of the pooled feature that the classifier reads.</summary>
    public abstract int NumFeatures { get; }

    /// <summary>Modules and parameters that embed the image, the first group of layers that learn at one rate. Default none.</summary>
    internal virtual IReadOnlyList<string> EmbeddingModules => [];

    /// <summary>Modules after the last block that belong to it, and not to the classifier. Default a final norm.</summary>
    internal virtual IReadOnlyList<string> ClosingModules => ["norm"];

    /// <summary>
    /// Side in pixels of the smallest views that the model can be trained on; null where it takes its own size alone. Default 32,
    /// of five halvings.
    /// </summary>
    internal virtual int? SmallestView => 32;

    /// <summary>timm's evaluation view of the model, at the resolution it was made for.</summary>
    /// <exception cref="InputException">The catalogue's interpolation has no meaning here.</exception>
    public ViewOptions EvaluationView() => Info.EvaluationView(ImageSize);

    /// <summary>
    /// Unpooled features: tokens [B, N, C] of a ViT (after the final norm), maps [B, C, H, W] of a convolutional network.
    /// </summary>
    /// <param name="x">Normalised images [B, 3, H, W].</param>
    public abstract Tensor ForwardFeatures(Tensor x);

    /// <summary>Pools, and classifies unless <paramref name="preLogits"/>: [B, NumFeatures] or [B, NumClasses].</summary>
    public abstract Tensor ForwardHead(Tensor features, bool preLogits = false);

    /// <summary>Logits [B, NumClasses] of normalised images [B, 3, H, W].</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = ForwardFeatures(input);
        return ForwardHead(features);
    }

    /// <summary>Every parameter and buffer by timm's name, in PyTorch's order: module by module, parameters before buffers.</summary>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        Dictionary<string, Tensor> all = base.state_dict(destination, prefix);
        var place = new Dictionary<string, int>();
        void Visit(nn.Module module, string path)
        {
            place[path] = place.Count;
            foreach ((string name, nn.Module child) in module.named_children())
                Visit(child, path.Length == 0 ? name : $"{path}.{name}");
        }

        // TorchSharp lists modules level by level, PyTorch branch by branch.
        Visit(this, string.Empty);
        return all.OrderBy(entry => place.GetValueOrDefault(ModuleOf(entry.Key, prefix), -1)).ToDictionary(entry => entry.Key,
            entry => entry.Value);
    }

    private static string ModuleOf(string key, string? prefix)
    {
        string name = string.IsNullOrEmpty(prefix) ? key : key[(prefix.Length + 1)..];
        int dot = name.LastIndexOf('.');
        return dot < 0 ? string.Empty : name[..dot];
    }
}
