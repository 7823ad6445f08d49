namespace ReMem.Evaluation.Latency;

/// <summary>What an ONNX file costs on this machine.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size, with weights that it keeps in another file.</param>
/// <param name="LoadMilliseconds">Until the first answer could be asked for.</param>
/// <param name="PeakMemory">Bytes that the process held at most above what it held before the file was loaded; loading and one pass of the largest batch.</param>
/// <param name="Rows">Times by threads and batch.</param>
internal sealed record LatencyResult(string Path, long Bytes, double LoadMilliseconds, long PeakMemory, IReadOnlyList<LatencyRow> Rows);
