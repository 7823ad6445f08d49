using Microsoft.ML.OnnxRuntime;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;
using DenseTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace ReMem.Export;

/// <summary>An ONNX file against the model it came from.</summary>
/// <param name="LargestDifference">Of any output, absolute.</param>
/// <param name="RelativeDifference">The largest difference over the largest output.</param>
/// <param name="Top1Agreement">Share of inputs with the same best class, in [0, 1].</param>
/// <param name="Images">How many inputs were compared.</param>
public sealed record OnnxCheck(double LargestDifference, double RelativeDifference, double Top1Agreement, int Images);

/// <summary>Runs an ONNX file in ONNX Runtime beside the model.</summary>
public static class OnnxVerifier
{
    private const int NoiseImages = 8;

    /// <summary>Compares on given inputs, first one alone and then the rest in one batch, so that the free batch dimension is tried too.</summary>
    /// <param name="model">The model, in memory.</param>
    /// <param name="path">The file.</param>
    /// <param name="input">Normalised images, float32 [N, 3, S, S].</param>
    /// <param name="options">What the file was exported with.</param>
    /// <exception cref="ReMemException">ONNX Runtime cannot run the file.</exception>
    public static OnnxCheck Verify(ImageModel model, string path, Tensor input, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        options ??= new OnnxExportOptions();
        bool training = model.training;
        model.eval();
        Tensor expected = model.call(input);
        model.train(training);
        if (options.Softmax)
            expected = expected.softmax(1);
        long count = input.shape[0];
        Tensor actual = Run(path, count > 1 ? [input.narrow(0, 0, 1), input.narrow(0, 1, count - 1)] : [input], options);
        double largest = (actual - expected).abs().max().to(ScalarType.Float64).item<double>();
        double scale = expected.abs().max().to(ScalarType.Float64).item<double>();
        double agreement = actual.argmax(1).eq(expected.argmax(1)).to(ScalarType.Float64).mean().item<double>();
        return new OnnxCheck(largest, largest / Math.Max(scale, 1e-12), agreement, (int)count);
    }

    /// <summary>Compares on seeded noise, where no image is at hand.</summary>
    public static OnnxCheck VerifyOnNoise(ImageModel model, string path, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(0);
        return Verify(model, path, randn([NoiseImages, 3, model.ImageSize, model.ImageSize], generator: generator), options);
    }

    /// <summary>The outputs of all batches, one after the other.</summary>
    private static Tensor Run(string path, Tensor[] batches, OnnxExportOptions options)
    {
        try
        {
            using var session = new InferenceSession(path);
            return cat([.. batches.Select(batch => Run(session, batch, options))]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ReMemException($"ONNX Runtime cannot run the exported file: {e.Message}", path, null, e);
        }
    }

    private static Tensor Run(InferenceSession session, Tensor batch, OnnxExportOptions options)
    {
        var values = new DenseTensor(batch.contiguous().data<float>().ToArray(), [.. batch.shape.Select(d => (int)d)]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(OnnxExporter.InputName, values)], [OnnxExporter.OutputName(options)]);
        var output = results.Single().AsTensor<float>();
        return tensor(output.ToArray()).view(output.Dimensions[0], output.Dimensions[1]);
    }
}
