using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Runtime;

namespace ReMem.Export.Int8;

/// <summary>Runs an ONNX model that is in memory.</summary>
internal sealed class GraphRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _input;

    /// <summary>Loads a model.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="where">Its name, for messages.</param>
    /// <param name="threads">Threads of an operator; 0 is all cores.</param>
    /// <exception cref="ReMemException">ONNX Runtime cannot run it.</exception>
    public GraphRunner(byte[] bytes, string where, int threads = 0)
    {
        // int8 products may use AMX on this thread.
        SignalStack.Enlarge();
        try
        {
            using var options = new SessionOptions
            {
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                IntraOpNumThreads = threads,
            };
            _session = new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ReMemException($"ONNX Runtime cannot run the quantised model: {e.Message}", where, null, e);
        }

        _input = _session.InputNames[0];
    }

    /// <summary>Runs a batch and passes on its outputs one by one; the numbers are only valid during the call.</summary>
    /// <param name="batch">float32 [B, 3, S, S].</param>
    /// <param name="seen">Receives name, numbers and sizes.</param>
    public void Run(DenseTensor<float> batch, Action<string, ReadOnlySpan<float>, ReadOnlySpan<int>> seen)
    {
        using var results = _session.Run([NamedOnnxValue.CreateFromTensor(_input, batch)]);
        foreach (DisposableNamedOnnxValue result in results)
        {
            var tensor = (DenseTensor<float>)result.Value;
            seen(result.Name, tensor.Buffer.Span, tensor.Dimensions);
        }
    }

    /// <summary>The single output, for every batch.</summary>
    public float[][] Answers(IEnumerable<DenseTensor<float>> batches)
    {
        var answers = new List<float[]>();
        foreach (DenseTensor<float> batch in batches)
        {
            Run(batch, (_, values, shape) =>
            {
                for (int i = 0; i < shape[0]; i++)
                    answers.Add(values.Slice(i * shape[1], shape[1]).ToArray());
            });
        }

        return [.. answers];
    }

    public void Dispose() => _session.Dispose();
}
