using System.ComponentModel.DataAnnotations;

namespace ReMem.Export;

/// <summary>What the ONNX file holds beside the model, and in which form.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Class names in index order, for the metadata; null leaves them out.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Ends with probabilities (output "probabilities") instead of logits (output "logits"). Default false.</summary>
    public bool Softmax { get; init; }

    /// <summary>What the file takes: Normalized, Pixels or Image. Default Normalized.</summary>
    [EnumDataType(typeof(OnnxInput), ErrorMessage = "Give Normalized, Pixels or Image.")]
    public OnnxInput Input { get; init; } = OnnxInput.Normalized;

    /// <summary>
    /// Weights and arithmetic in float16, for half the size and for processors that are fast at it. The input, normalisation, the statistics of layer
    /// norms, the output and its softmax stay float32. Default false.
    /// </summary>
    public bool Half { get; init; }

    /// <summary>
    /// Bytes, 0 to 2^31 - 1, the most that a protobuf message holds. A file that would be larger keeps its weights in FILE.data beside it. 0 always does.
    /// Default: 2^31 - 1.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int LargestFile { get; init; } = int.MaxValue;
}
