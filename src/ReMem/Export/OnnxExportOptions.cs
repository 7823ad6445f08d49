using System.ComponentModel.DataAnnotations;

namespace ReMem.Export;

/// <summary>The format of an ONNX file, and what it contains in addition to the model.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Class names in index order, for the metadata; null leaves them out.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Ends with probabilities (output "probabilities") instead of logits (output "logits"). Default false.</summary>
    public bool Softmax { get; init; }

    /// <summary>The file's input: Normalized, Pixels or Image. Default Normalized.</summary>
    [EnumDataType(typeof(OnnxInput), ErrorMessage = "Give Normalized, Pixels or Image.")]
    public OnnxInput Input { get; init; } = OnnxInput.Normalized;

    /// <summary>
    /// A second output "features", [batch, features] in float32: what the classifier sees, timm's <c>forward_head(pre_logits=True)</c>,
    /// for search and grouping by likeness. Default false.
    /// </summary>
    public bool Features { get; init; }

    /// <summary>
    /// Weights and arithmetic in float16, for half the size and for processors that are fast in float16. The input, normalisation, the
    /// statistics of layer norms, the output and its softmax stay float32. Default false.
    /// </summary>
    public bool Half { get; init; }

    /// <summary>
    /// Maximal bytes of the file, 0 to 2^31 - 1, the limit of a protobuf message. A larger model stores its weights in FILE.data next to
    /// it; 0 always does. Default: 2^31 - 1.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxFileBytes { get; init; } = int.MaxValue;
}
