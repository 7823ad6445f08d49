using System.Text.Json.Serialization;

namespace ReMem.Bench;

/// <summary>What a child answers.</summary>
/// <param name="Cost">Of all steps.</param>
/// <param name="Difference">Of the logits from those of the same model in float64, relative; only where it was asked for.</param>
internal sealed record KernelAnswer(
    [property: JsonPropertyName("cost")] Cost Cost,
    [property: JsonPropertyName("difference")] double Difference);
