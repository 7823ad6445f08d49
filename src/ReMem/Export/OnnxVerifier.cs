using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Export;

/// <summary>An ONNX file against the model it came from.</summary>
/// <param name="LargestDifference">Of any output, absolute.</param>
/// <param name="RelativeDifference">The largest difference over the largest output.</param>
/// <param name="Tolerance">The relative difference that is allowed for the file's form.</param>
/// <param name="Top1Agreement">Share of inputs with the same best class, in [0, 1].</param>
/// <param name="Images">How many inputs were compared.</param>
public sealed record OnnxCheck(double LargestDifference, double RelativeDifference, double Tolerance, double Top1Agreement, int Images)
{
    /// <summary>Whether the difference is a number within <see cref="Tolerance"/>.</summary>
    public bool Agrees => RelativeDifference <= Tolerance;
}

/// <summary>Runs an ONNX file in ONNX Runtime beside the model in float32.</summary>
public static class OnnxVerifier
{
    private const int NoiseImages = 8;

    /// <summary>The relative difference that a file may have: 1e-4 in float32, 1e-2 in float16 or where it resizes.</summary>
    public static double Tolerance(OnnxExportOptions options) => options.Half || options.Input == OnnxInput.Image ? 1e-2 : 1e-4;

    /// <summary>Compares on given inputs, first one alone and then the rest in one batch, so that the free batch dimension is tried too.</summary>
    /// <param name="model">The model, in memory.</param>
    /// <param name="path">The file.</param>
    /// <param name="input">What the file takes: type and shape are those of <see cref="OnnxExportOptions.Input"/>.</param>
    /// <param name="options">What the file was exported with.</param>
    /// <exception cref="ReMemException">ONNX Runtime cannot run the file.</exception>
    public static OnnxCheck Verify(ImageModel model, string path, Tensor input, OnnxExportOptions? options = null) =>
        Verify(model, path, [input], options ?? new OnnxExportOptions());

    /// <summary>Compares on seeded noise, where no image is at hand; a file that resizes is tried on wide, tall and small images.</summary>
    /// <inheritdoc cref="Verify(ImageModel, string, Tensor, OnnxExportOptions?)" path="/exception"/>
    public static OnnxCheck VerifyOnNoise(ImageModel model, string path, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(0);
        options ??= new OnnxExportOptions();
        long side = model.ImageSize;
        Tensor Pixels(long count, long height, long width) => randint(0, 256, [count, height, width, 3], generator: generator, dtype: ScalarType.Byte);
        return Verify(model, path, options.Input switch
        {
            OnnxInput.Pixels => [Pixels(NoiseImages, side, side)],
            OnnxInput.Image => [Pixels(NoiseImages / 2, side + 5, (side * 3 / 2) + 2), Pixels(2, (side * 2) + 1, side + 2), Pixels(2, side / 2, (side / 2) + 3)],
            _ => [randn([NoiseImages, 3, side, side], generator: generator)],
        }, options);
    }

    private static OnnxCheck Verify(ImageModel model, string path, Tensor[] inputs, OnnxExportOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        bool training = model.training;
        model.eval();
        Tensor expected = cat([.. inputs.Select(i => model.call(Normalized(model, i, options.Input)))]);
        model.train(training);
        if (options.Softmax)
            expected = expected.softmax(1);
        Tensor actual = Run(path, [.. inputs.SelectMany(OneAndRest)], options);
        double largest = (actual - expected).abs().max().to(ScalarType.Float64).item<double>();
        double scale = expected.abs().max().to(ScalarType.Float64).item<double>();
        double agreement = actual.argmax(1).eq(expected.argmax(1)).to(ScalarType.Float64).mean().item<double>();
        return new OnnxCheck(largest, largest / Math.Max(scale, 1e-12), Tolerance(options), agreement, (int)inputs.Sum(i => i.shape[0]));
    }

    private static Tensor[] OneAndRest(Tensor input) =>
        input.shape[0] > 1 ? [input.narrow(0, 0, 1), input.narrow(0, 1, input.shape[0] - 1)] : [input];

    /// <summary>What the model sees of the file's input, by the code that it was trained and evaluated with.</summary>
    private static Tensor Normalized(ImageModel model, Tensor input, OnnxInput form)
    {
        if (form == OnnxInput.Normalized)
            return input;
        Tensor pixels = form == OnnxInput.Image ? stack([.. input.unbind(0).Select(image => CenterView(model, image))]) : input;
        return model.Info.Normalization.Apply(pixels.permute(0, 3, 1, 2));
    }

    private static Tensor CenterView(ImageModel model, Tensor image)
    {
        var source = new RgbImage((int)image.shape[1], (int)image.shape[0], image.contiguous().data<byte>().ToArray());
        RgbImage view = View.Apply(source, ViewOptions.ForEvaluation(model), new CounterRandom(0, "view"));
        return tensor(view.Pixels).view(view.Height, view.Width, 3);
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
        NamedOnnxValue value = options.Input == OnnxInput.Normalized ? Named<float>(batch) : Named<byte>(batch);
        using var results = session.Run([value], [OnnxExporter.OutputName(options)]);
        var output = results.Single().AsTensor<float>();
        return tensor(output.ToArray()).view(output.Dimensions[0], output.Dimensions[1]);
    }

    private static NamedOnnxValue Named<T>(Tensor batch)
        where T : unmanaged => NamedOnnxValue.CreateFromTensor(
            OnnxExporter.InputName, new DenseTensor<T>(batch.contiguous().data<T>().ToArray(), [.. batch.shape.Select(d => (int)d)]));
}
