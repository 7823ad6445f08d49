namespace ReMem.Evaluation.Latency;

/// <summary>The times of one file with one number of threads and one batch size.</summary>
/// <param name="Threads">Threads of ONNX Runtime.</param>
/// <param name="Batch">Images per batch.</param>
/// <param name="P50">Median time of a batch, milliseconds.</param>
/// <param name="P95">The time that 95 % of the batches stay within, milliseconds.</param>
/// <param name="ImagesPerSecond">Rate at the median time.</param>
internal sealed record LatencyRow(int Threads, int Batch, double P50, double P95, double ImagesPerSecond);
