using Microsoft.ML.OnnxRuntime;
using ReMem.Data.Decoding;

namespace ReMem.Inference;

/// <summary>How a classifier runs.</summary>
public sealed record ClassifierOptions
{
    /// <summary>The best class is the answer only where its probability is this or more, 0 to 1. Default 0: always.</summary>
    public double MinProbability { get; init; }

    /// <summary>Threads of a run, 1 or more; 0 is all cores. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Images of a run, at the most, 1 or more. Larger requests run in several. Default 16.</summary>
    public int MaxBatch { get; init; } = 16;

    /// <summary>More bytes than this are refused, 1 or more. Default 32 MiB.</summary>
    public long MaxBytes { get; init; } = 32L << 20;

    /// <summary>More pixels than this are refused before memory is allocated, 1 or more. Default 178,956,970, as PIL.</summary>
    public long MaxPixels { get; init; } = ImageDecoder.DefaultMaxPixels;

    /// <summary>What computes. What it cannot, the processor does. Default Cpu.</summary>
    public ExecutionProvider Provider { get; init; }

    /// <summary>
    /// Changes the session's options before the file is loaded, such as another provider or its settings. Default null: nothing.
    /// </summary>
    public Action<SessionOptions>? Configure { get; init; }
}
