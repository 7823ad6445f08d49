using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Export.Onnx;
using static TorchSharp.torch;

namespace ReMem.Export.Int8;

/// <summary>Runs the float32 model on the calibration images and collects statistics of its activations.</summary>
internal static class Calibration
{
    /// <summary>Statistics of every activation to quantise: two passes, one for the extremes and one for the histograms.</summary>
    /// <param name="graph">Not changed.</param>
    /// <param name="tensors">The activations.</param>
    /// <param name="batches">float32 [B, 3, S, S], the same in every enumeration.</param>
    /// <param name="where">The file, for messages.</param>
    /// <param name="histograms">Whether the second pass is needed.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ReMemException">An activation is not finite.</exception>
    /// <exception cref="InputException">There is no image.</exception>
    public static Dictionary<string, TensorStatistics> Run(
        FloatGraph graph, IReadOnlyList<string> tensors, IReadOnlyList<DenseTensor<float>> batches, string where, bool histograms,
        CancellationToken cancellationToken)
    {
        if (batches.Count == 0)
            throw new InputException("There is no image to calibrate with.", where, "Give a training split that has images.");
        FloatGraph observed = graph.Clone();
        string input = observed.Model.Graph.Input[0].Name;
        foreach (string tensor in tensors.Where(t => t != input && !observed.IsOutput(t)))
            observed.Model.Graph.Output.Add(new ValueInfoProto
            {
                Name = tensor,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = OnnxTypes.Of(ScalarType.Float32) } },
            });
        Dictionary<string, TensorStatistics> statistics = tensors.ToDictionary(t => t, _ => new TensorStatistics());
        using var runner = new GraphRunner(observed.ToBytes(), where);
        foreach (bool second in histograms ? new[] { false, true } : [false])
        {
            foreach (DenseTensor<float> batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                void See(string name, ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
                {
                    if (!statistics.TryGetValue(name, out TensorStatistics? one))
                        return;
                    if (second)
                        one.AddHistogram(values);
                    else
                        one.AddExtremes(values, shape);
                }

                See(input, batch.Buffer.Span, batch.Dimensions);
                runner.Run(batch, See);
            }
        }

        return statistics;
    }
}
