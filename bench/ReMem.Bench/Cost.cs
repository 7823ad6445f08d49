using System.Text.Json.Serialization;

namespace ReMem.Bench;

/// <summary>What some work took.</summary>
/// <param name="Wall">Seconds by the clock.</param>
/// <param name="Processor">Seconds of all threads, which other programs on the machine change less.</param>
internal readonly record struct Cost([property: JsonPropertyName("seconds")] double Wall,
    [property: JsonPropertyName("cpu")] double Processor);
