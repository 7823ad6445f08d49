using System.Text.Json.Serialization;
using ReMem.Runtime;
using ReMem.Weights.Families;
using ReMem.Weights.Files;

namespace ReMem.Weights;

/// <summary>The result of loading, tensor by tensor.</summary>
/// <param name="Path">The file.</param>
/// <param name="Loaded">Number of tensors read into the model.</param>
/// <param name="Resampled">Position embeddings, bias tables and patch kernels that were resampled to the model's grid or patch.</param>
/// <param name="NewHead">Head tensors left at initialisation, since the class count differs.</param>
/// <param name="FileClasses">Classes of the file's head; null where it has none.</param>
public sealed record WeightLoadReport(string Path, int Loaded, IReadOnlyList<string> Resampled, IReadOnlyList<string> NewHead,
    long? FileClasses)
{
    /// <summary>The file's format, such as "safetensors".</summary>
    public string Format { get; internal init; } = string.Empty;

    /// <summary>The file's naming family, such as "Hugging Face ViT"; null where it is unknown.</summary>
    public string? Family { get; internal init; }

    /// <summary>Number of tensors that were renamed to timm's names, or made from others.</summary>
    public int Renamed { get; internal init; }

    /// <summary>The file's tensors that timm's model does not use.</summary>
    [JsonInclude]
    internal IReadOnlyList<DroppedTensor> Dropped { get; init; } = [];

    /// <summary>
    /// The file's own classifier where it has another name than the model's, such as "classifier"; null where none is found.
    /// </summary>
    public string? FileHead { get; internal init; }

    /// <summary>The prefix of the model's names in the file, such as "backbone."; empty where there is none.</summary>
    public string Prefix { get; internal init; } = string.Empty;

    /// <summary>Prefixes of other networks in the file that fit equally well and were not taken.</summary>
    public IReadOnlyList<string> OtherNetworks { get; internal init; } = [];

    /// <summary>The path of the state dict in a training checkpoint, such as "model_ema"; null where it is the file itself.</summary>
    public string? StateDict { get; internal init; }

    /// <summary>
    /// The model's tensors that the file does not have, left at initialisation; only with <see cref="WeightLoadOptions.AllowMissing"/>.
    /// </summary>
    public IReadOnlyList<string> Missing { get; internal init; } = [];

    /// <summary>The file's tensors that the model lacks; only with <see cref="WeightLoadOptions.AllowMissing"/>.</summary>
    public IReadOnlyList<string> Unexpected { get; internal init; } = [];

    /// <summary>
    /// Tensors of another shape in the file, left at initialisation; only with <see cref="WeightLoadOptions.AllowMissing"/>.
    /// </summary>
    public IReadOnlyList<string> MisShaped { get; internal init; } = [];

    /// <summary>A one-line summary.</summary>
    public override string ToString()
    {
        string text = $"{Loaded} tensors from {System.IO.Path.GetFileName(Path)}";
        if (StateDict is not null)
            text += $", its '{StateDict}'";
        if (Prefix.Length > 0 && OtherNetworks.Count > 0)
            text += $", those of '{PlainText.WithoutControls(Prefix)}'";
        if (OtherNetworks.Count > 0)
            text += $" (not {WeightsErrors.Or(OtherNetworks)}: another prefix takes those)";
        if (Family is not (null or "timm"))
            text += $" ({Family}; {Renamed} renamed)";
        if (Resampled.Count > 0)
            text += $"; {string.Join(", ", Resampled)} resampled to this image size";
        if (NewHead.Count > 0)
        {
            string head = FileHead is null ? "the file's" : $"the file's '{PlainText.WithoutControls(FileHead)}'";
            text += $"; new head ({(FileClasses is { } classes ? $"{head} has {classes} classes" : "the file has none")})";
        }
        if (Dropped.Count > 0)
            text += $"; {Dropped.Count} dropped ({WeightLoader.Few([.. Dropped.Select(d => d.Name)])}: {Dropped[0].Why})";
        foreach ((IReadOnlyList<string> names, string what) in new[] { (Missing, "missing"), (Unexpected, "unexpected"),
            (MisShaped, "of another shape") })
        {
            if (names.Count > 0)
                text += $"; {names.Count} {what} ({WeightLoader.Few(names)})";
        }

        return text;
    }
}
