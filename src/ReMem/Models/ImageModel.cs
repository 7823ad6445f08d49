using ReMem.Data;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>What a model is made with. Validated by <see cref="ModelCatalogue.Create(string, ModelOptions)"/>.</summary>
public sealed record ModelOptions
{
    /// <summary>Outputs of the classifier; 1 or more. Default 1000.</summary>
    public int NumClasses { get; init; } = 1000;

    /// <summary>Side of the square input in pixels; a multiple of the patch size for ViTs, 32 or more for ConvNeXt. Default: the model's own.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Stochastic depth at the last block, 0 to below 1, rising linearly from 0 at the first (Huang 2016). Default 0.</summary>
    public double DropPathRate { get; init; }

    /// <summary>Dropout before the classifier, 0 to below 1. Default: 0.</summary>
    public double DropRate { get; init; }

    /// <summary>How a transformer's tokens are pooled, where a checkpoint was tuned with another pooling than the model's own. Default: the model's own.</summary>
    public GlobalPool? GlobalPool { get; init; }

    /// <summary>Whether a ViT norms queries and keys, as one that was made with timm's <c>qk_norm</c>. Default false.</summary>
    public bool QkNorm { get; init; }
}

/// <summary>What the catalogue knows of a model without building it.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Role">What it is usually taken for: "teacher", "student" or "both".</param>
/// <param name="ImageSize">Default side of the input, pixels.</param>
/// <param name="Normalization">What its published weights expect.</param>
/// <param name="CropPct">timm's crop_pct of evaluation: shorter side resized to floor(size / CropPct), then a centre crop.</param>
/// <param name="Interpolation">timm's interpolation name of evaluation, "bicubic" or "bilinear".</param>
/// <param name="Classifier">The classifier's module name, as timm's default_cfg: "head", "fc", "classifier", "head.fc".</param>
public sealed record ModelInfo(
    string Name, string Role, int ImageSize, Normalization Normalization, double CropPct, string Interpolation, string Classifier)
{
    /// <summary>Classifiers beside the first, such as a distilled model's "head_dist". Default none.</summary>
    public IReadOnlyList<string> OtherClassifiers { get; init; } = [];

    /// <summary>timm's evaluation view of the model.</summary>
    /// <param name="size">Side in pixels; null is the model's own.</param>
    /// <exception cref="InputException">The interpolation has no meaning here.</exception>
    public ViewOptions EvaluationView(int? size = null) => ViewOptions.ForEvaluation(size ?? ImageSize, CropPct, ViewInterpolation());

    /// <summary>The filter that the published weights were evaluated with.</summary>
    /// <exception cref="InputException">The interpolation has no meaning here.</exception>
    public Interpolation ViewInterpolation() => ViewOptions.ParseInterpolation(Interpolation);

    /// <summary>Names of the tensors that depend on the number of classes.</summary>
    public IEnumerable<string> HeadTensors => new[] { Classifier }.Concat(OtherClassifiers).SelectMany(c => new[] { $"{c}.weight", $"{c}.bias" });
}

/// <summary>An image classifier with timm's interface. Submodule and parameter names are timm's, so a timm state dict loads by name.</summary>
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

    /// <summary>What it was made with; <see cref="ModelOptions.ImageSize"/> is never null here.</summary>
    public ModelOptions Options { get; }

    /// <summary>Side of the square input, pixels.</summary>
    public int ImageSize => Options.ImageSize!.Value;

    /// <summary>Width of the pooled feature that the classifier reads.</summary>
    public abstract int NumFeatures { get; }

    /// <summary>timm's evaluation view of the model, at the resolution it was made for.</summary>
    /// <exception cref="InputException">The catalogue's interpolation has no meaning here.</exception>
    public ViewOptions EvaluationView() => Info.EvaluationView(ImageSize);

    /// <summary>Unpooled features: tokens [B, N, C] of a ViT (after the final norm), maps [B, C, H, W] of a convolutional network.</summary>
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
        return all.OrderBy(entry => place.GetValueOrDefault(ModuleOf(entry.Key, prefix), -1)).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    private static string ModuleOf(string key, string? prefix)
    {
        string name = string.IsNullOrEmpty(prefix) ? key : key[(prefix.Length + 1)..];
        int dot = name.LastIndexOf('.');
        return dot < 0 ? string.Empty : name[..dot];
    }
}
