using ReMem.Data.Pixels;
using ReMem.Data.Views;

namespace ReMem.Models;

/// <summary>The catalogue's properties of a model.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Role">Its usual role: "teacher", "student" or "both".</param>
/// <param name="ImageSize">Default side of the input, pixels.</param>
/// <param name="Normalization">Normalisation of its published weights.</param>
/// <param name="CropPct">timm's crop_pct of evaluation: shorter side resized to floor(size / CropPct), then a centre crop.</param>
/// <param name="Interpolation">timm's interpolation name of evaluation, "bicubic" or "bilinear".</param>
/// <param name="Classifier">The classifier's module name, as timm's default_cfg: "head", "fc", "classifier", "head.fc".</param>
public sealed record ModelInfo(
    string Name, string Role, int ImageSize, Normalization Normalization, double CropPct, string Interpolation, string Classifier)
{
    /// <summary>Further classifiers, such as a distilled model's "head_dist". Default none.</summary>
    public IReadOnlyList<string> OtherClassifiers { get; init; } = [];

    /// <summary>timm's evaluation view of the model.</summary>
    /// <param name="size">Side in pixels; null is the model's own.</param>
    /// <exception cref="InputException">The interpolation is not supported.</exception>
    public ViewOptions EvaluationView(int? size = null) => ViewOptions.ForEvaluation(size ?? ImageSize, CropPct, ViewInterpolation());

    /// <summary>The filter that the published weights were evaluated with.</summary>
    /// <exception cref="InputException">The interpolation has no meaning here.</exception>
    internal Interpolation ViewInterpolation() => ViewOptions.ParseInterpolation(Interpolation);

    /// <summary>Names of the tensors that depend on the number of classes.</summary>
    internal IEnumerable<string> HeadTensors =>
        new[] { Classifier }.Concat(OtherClassifiers).SelectMany(c => new[] { $"{c}.weight", $"{c}.bias" });
}
