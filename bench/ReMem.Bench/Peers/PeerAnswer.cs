using System.Text.Json.Serialization;

namespace ReMem.Bench.Peers;

/// <summary>What one measurement gave.</summary>
/// <param name="Seconds">Of all steps.</param>
/// <param name="Cpu">Processor seconds of all threads, which other programs on the machine change less.</param>
/// <param name="Parameters">Of the model, to see that both sides time the same; 0 for a product.</param>
internal sealed record PeerAnswer(
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("cpu")] double Cpu,
    [property: JsonPropertyName("parameters")] long Parameters);
