using ReMem.Evaluation.Latency;

namespace ReMem.Reports;

/// <summary>The exported student in one form of numbers, on the test split and on this machine.</summary>
/// <param name="Name">"float32", "float16" or "int8".</param>
/// <param name="Path">The file, relative to the report; it has another name where it failed its check. Null where there is none.</param>
internal sealed record ExportedForm(string Name, string? Path)
{
    /// <summary>Size of the file.</summary>
    public long? Bytes { get; init; }

    /// <summary>Test top-1 of the file, in [0, 1].</summary>
    public double? Top1 { get; init; }

    /// <summary>Share of the test images with the same best class as the float32 file.</summary>
    public double? Agreement { get; init; }

    /// <summary>Times of one image in ONNX Runtime, by threads; all forms were measured in turns. Empty where it failed.</summary>
    public IReadOnlyList<LatencyRow> Latency { get; init; } = [];

    /// <summary>Why it must not be deployed, or could not be made; null where it may be used.</summary>
    public string? Failure { get; init; }
}
