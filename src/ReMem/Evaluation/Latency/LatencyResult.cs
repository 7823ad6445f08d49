namespace ReMem.Evaluation.Latency;

/// <summary>Latency and memory of an ONNX file on this machine.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size, including weights in an external file.</param>
/// <param name="LoadMilliseconds">Time until it is ready to run.</param>
/// <param name="PeakMemory">
/// Peak memory of the process above its memory before the file was loaded; for loading and one pass of the largest batch.
/// </param>
/// <param name="Rows">Times by number of threads and batch size.</param>
internal sealed record LatencyResult(string Path, long Bytes, double LoadMilliseconds, long PeakMemory, IReadOnlyList<LatencyRow> Rows);
