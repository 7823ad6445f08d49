using System.ComponentModel.DataAnnotations;

namespace ReMem.Evaluation.Latency;

/// <summary>How the latency of ONNX files is measured.</summary>
internal sealed record LatencyOptions
{
    /// <summary>Timed runs per file, batch size and number of threads, 1 to 100,000. Default 50.</summary>
    [Range(1, 100_000)]
    public int Runs { get; init; } = 50;

    /// <summary>Untimed runs before them, 0 to 10,000. Default 5.</summary>
    [Range(0, 10_000)]
    public int Warmup { get; init; } = 5;

    /// <summary>Batch sizes, 1 to 65,536 each. Default 1 and 16.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, 16];

    /// <summary>Numbers of threads of ONNX Runtime, 1 or more each. Default 1 and all cores.</summary>
    public IReadOnlyList<int> Threads { get; init; } = Environment.ProcessorCount > 1 ? [1, Environment.ProcessorCount] : [1];

    /// <summary>Side of the image in pixels for files that take any, 1 to 16,384. Default 224.</summary>
    [Range(1, 16_384)]
    public int ImageSize { get; init; } = 224;
}
