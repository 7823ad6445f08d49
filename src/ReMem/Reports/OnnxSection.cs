using ReMem.Evaluation.Latency;

namespace ReMem.Reports;

/// <summary>Comparison of the exported student in ONNX Runtime with the model.</summary>
/// <param name="Path">The file, relative to the report; it has another name where it failed its check.</param>
/// <param name="Method">The student's method.</param>
/// <param name="Seed">The student's seed.</param>
/// <param name="LargestDifference">Largest absolute difference of a logit.</param>
/// <param name="Top1Agreement">Share in [0, 1].</param>
/// <param name="Images">Number of compared images.</param>
internal sealed record OnnxSection(string Path, string Method, int Seed, double LargestDifference, double Top1Agreement, int Images)
{
    /// <summary>Size of the file; null in older reports.</summary>
    public long? Bytes { get; init; }

    /// <summary>The largest difference over the largest logit; null in older reports.</summary>
    public double? RelativeDifference { get; init; }

    /// <summary>The allowed relative difference; null in older reports.</summary>
    public double? Tolerance { get; init; }

    /// <summary>The model's test scores at export; null where it was not scored.</summary>
    public ExportedScores? ModelScores { get; init; }

    /// <summary>The file's test scores, from ONNX Runtime's outputs; null where it was not scored.</summary>
    public ExportedScores? FileScores { get; init; }

    /// <summary>Times of one image in ONNX Runtime on this machine, by threads; empty in older reports.</summary>
    public IReadOnlyList<LatencyRow> Latency { get; init; } = [];

    /// <summary>The same student in float32, float16 and int8; empty where only float32 was asked for.</summary>
    public IReadOnlyList<ExportedForm> Forms { get; init; } = [];

    /// <summary>Why the file must not be deployed, in a sentence; null where it passed its check.</summary>
    public string? Failure { get; init; }

    /// <summary>Throws where the file failed its check.</summary>
    /// <param name="file">Its full path.</param>
    /// <exception cref="ReMemException">It failed.</exception>
    internal void RequirePassed(string file)
    {
        if (Failure is not null)
            throw new ReMemException(Failure, file, "Do not deploy the file: run 'remem doctor'. The same command checks again.");
    }
}
