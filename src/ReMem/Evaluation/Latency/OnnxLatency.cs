using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Runtime;

namespace ReMem.Evaluation.Latency;

/// <summary>
/// Measures ONNX files of image models in ONNX Runtime. Several files are run in turns, so that other load on the machine affects all of
/// them.
/// </summary>
internal static class OnnxLatency
{
    private const int MaxBatch = 65_536;
    private const int Channels = 3;

    /// <summary>Measures.</summary>
    /// <param name="files">ONNX files with one input: an image [B, 3, H, W] or [B, H, W, 3], float32 or uint8.</param>
    /// <param name="options">How it is measured.</param>
    /// <param name="progress">Receives a report of each step.</param>
    /// <param name="cancellationToken">Stops between runs.</param>
    /// <exception cref="InputException">
    /// A file is missing, is not an ONNX file or does not take images, or an option is out of its range.
    /// </exception>
    public static IReadOnlyList<LatencyResult> Measure(
        IReadOnlyList<string> files, LatencyOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        DataOptions.Validate(options, "bench");
        Require(options.Batches, MaxBatch, "batch");
        Require(options.Threads, Environment.ProcessorCount, "threads");
        foreach (string file in files)
            InputFile.Require(file, "ONNX file", "Give a file that 'remem export' wrote.");
        // int8 products may use AMX on this thread.
        SignalStack.Enlarge();
        (double Load, long Peak)[] costs = [.. files.Select(file => Cost(file, options))];
        List<LatencyRow>[] rows = [.. files.Select(_ => new List<LatencyRow>())];
        foreach (int threads in options.Threads)
        {
            var sessions = new List<InferenceSession>();
            try
            {
                sessions.AddRange(files.Select(file => Open(file, threads)));
                foreach (int batch in options.Batches)
                {
                    progress?.Report(new MessageProgress("bench", $"batch of {batch}, {threads} {(threads == 1 ? "thread" : "threads")}"));
                    double[][] times = Times(files, sessions, batch, options, cancellationToken);
                    for (int i = 0; i < files.Count; i++)
                        rows[i].Add(Row(threads, batch, times[i]));
                }
            }
            finally
            {
                sessions.ForEach(s => s.Dispose());
            }
        }

        return [.. files.Select((file, i) => new LatencyResult(file, Size(file), costs[i].Load, costs[i].Peak, rows[i]))];
    }

    /// <summary>Makes the row of measured times, in milliseconds.</summary>
    internal static LatencyRow Row(int threads, int batch, IReadOnlyList<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        double At(double share) => sorted[(int)Math.Clamp(Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
        return new LatencyRow(threads, batch, At(0.5), At(0.95), batch * 1000 / Math.Max(At(0.5), 1e-9));
    }

    private static void Require(IReadOnlyList<int> values, int max, string name)
    {
        if (values.Count == 0 || values.Any(v => v < 1 || v > max))
            throw new InputException(
                $"--{name} is {(values.Count == 0 ? "empty" : string.Join(",", values))}; each number must be from 1 to {max}.",
                "command line");
    }

    private static (double Load, long Peak) Cost(string file, LatencyOptions options)
    {
        ProcessMemory.ForgetPeak();
        long before = ProcessMemory.Now, begin = Stopwatch.GetTimestamp();
        using InferenceSession session = Open(file, options.Threads.Max());
        double load = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        Run(file, session, Input(file, session, options.Batches.Max(), options));
        return (load, Math.Max(0, ProcessMemory.Peak - before));
    }

    private static double[][] Times(IReadOnlyList<string> files, List<InferenceSession> sessions, int batch, LatencyOptions options,
        CancellationToken cancellationToken)
    {
        NamedOnnxValue[] inputs = [.. sessions.Select((s, i) => Input(files[i], s, batch, options))];
        double[][] times = [.. sessions.Select(_ => new double[options.Runs])];
        for (int run = -options.Warmup; run < options.Runs; run++)
        {
            for (int i = 0; i < sessions.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long begin = Stopwatch.GetTimestamp();
                Run(files[i], sessions[i], inputs[i]);
                if (run >= 0)
                    times[i][run] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            }
        }

        return times;
    }

    private static void Run(string file, InferenceSession session, NamedOnnxValue input)
    {
        try
        {
            using var results = session.Run([input]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InputException($"ONNX Runtime cannot run the file: {PlainText.Message(e.Message)}", file,
                "Give a file that takes one image, as 'remem export' writes it.", e);
        }
    }

    private static InferenceSession Open(string file, int threads)
    {
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            return new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InputException($"ONNX Runtime cannot load the file: {PlainText.Message(e.Message)}", file,
                "Give an ONNX file; 'remem export' writes one.", e);
        }
    }

    /// <summary>Seeded noise of the file's input type and shape.</summary>
    private static NamedOnnxValue Input(string file, InferenceSession session, int batch, LatencyOptions options)
    {
        KeyValuePair<string, NodeMetadata>[] inputs = [.. session.InputMetadata];
        if (inputs is not [{ Value: { IsTensor: true, Dimensions.Length: 4 } } only])
            throw new InputException("The ONNX file does not take one image.", file,
                "Give a file with one input [B, 3, H, W] or [B, H, W, 3].");
        int[] shape = [.. only.Value.Dimensions];
        bool last = shape[3] == Channels;
        for (int i = 1; i < shape.Length; i++)
            shape[i] = shape[i] > 0 ? shape[i] : (i == (last ? 3 : 1) ? Channels : options.ImageSize);
        if (shape[0] > 0 && shape[0] != batch)
            throw new InputException($"The ONNX file takes batches of {shape[0]} only.", file, $"Give --batch {shape[0]}.");
        shape[0] = batch;
        var random = new Random(0);
        int length = checked((int)shape.Aggregate(1L, (a, b) => a * b));
        if (only.Value.ElementType == typeof(byte))
        {
            byte[] pixels = new byte[length];
            random.NextBytes(pixels);
            return NamedOnnxValue.CreateFromTensor(only.Key, new DenseTensor<byte>(pixels, shape));
        }

        if (only.Value.ElementType != typeof(float))
            throw new InputException(
                $"The ONNX file takes {only.Value.ElementType.Name} images; float32 and uint8 are supported.", file,
                "Export it again with 'remem export'.");
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (random.NextSingle() * 4) - 2;
        return NamedOnnxValue.CreateFromTensor(only.Key, new DenseTensor<float>(values, shape));
    }

    private static long Size(string file)
    {
        string data = $"{file}.data";
        return new FileInfo(file).Length + (File.Exists(data) ? new FileInfo(data).Length : 0);
    }
}
