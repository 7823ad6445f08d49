using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Export;

/// <summary>Compares an ONNX file in ONNX Runtime with the model in float32.</summary>
internal static class OnnxVerifier
{
    private const int NoiseImages = 8;

    /// <summary>The allowed relative difference: 1e-4 in float32, 1e-2 in float16 or where the file resizes.</summary>
    public static double Tolerance(OnnxExportOptions options) => options.Half || options.Input == OnnxInput.Image ? 1e-2 : 1e-4;

    /// <summary>
    /// Compares on given inputs, the first alone and the rest in one batch, so that the dynamic batch dimension is also tested.
    /// </summary>
    /// <param name="model">The model, in memory.</param>
    /// <param name="path">The file.</param>
    /// <param name="input">The file's input, with type and shape of <see cref="OnnxExportOptions.Input"/>.</param>
    /// <param name="options">The options of its export.</param>
    /// <exception cref="ReMemException">ONNX Runtime cannot run the file.</exception>
    public static OnnxCheck Verify(ImageModel model, string path, Tensor input, OnnxExportOptions? options = null) =>
        Verify(model, path, [input], options ?? new OnnxExportOptions());

    /// <summary>
    /// Compares on every image of a split, and scores the file by ONNX Runtime's outputs. The file takes
    /// <see cref="OnnxInput.Normalized"/> images and answers with logits.
    /// </summary>
    /// <param name="model">The model, in memory.</param>
    /// <param name="path">The file.</param>
    /// <param name="split">The images, preprocessed as in evaluation.</param>
    /// <param name="classes">Their classes in index order.</param>
    /// <param name="reported">The model's top-1 on them as measured before, in [0, 1]; null where it was not.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="answered">Given the file's logits [N, C] and the labels, where they are finite.</param>
    /// <param name="options">The options of its export; null is the default.</param>
    /// <exception cref="InputException">There is no image, or one cannot be read.</exception>
    /// <exception cref="ReMemException">ONNX Runtime cannot run the file.</exception>
    internal static OnnxCheck VerifyOnSplit(
        ImageModel model,
        string path,
        BatchLoader split,
        IReadOnlyList<string> classes,
        double? reported = null,
        CancellationToken cancellationToken = default,
        Action<Tensor, Tensor>? answered = null,
        OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        options ??= new OnnxExportOptions();
        using InferenceSession session = Open(path);
        var answers = new List<Tensor>();
        using ModelOutputs expected = Evaluator.Run(model, split, cancellationToken, images => answers.Add(
            Run(session, path, answers.Count == 0 ? OneAndRest(images) : [images], options).DetachFromDisposeScope()));
        Tensor actual = cat([.. answers]);
        answers.ForEach(a => a.Dispose());
        OnnxCheck check = Compare(actual, expected.Logits, options, path);
        ClassificationMetrics? Score(Tensor logits) =>
            FiniteTensors.IsFinite(logits) ? ClassificationMetrics.From(logits, expected.Labels, classes) : null;
        ClassificationMetrics? file = Score(actual);
        if (file is not null)
            answered?.Invoke(actual, expected.Labels);
        return check with
        {
            File = file,
            Model = Score(expected.Logits),
            ReportedTop1 = reported,
            NearTies = NearTies(expected.Logits, check.Tolerance),
        };
    }

    /// <summary>
    /// Compares on seeded noise, where no images are available; a file that resizes is tested on wide, tall and small images.
    /// </summary>
    /// <inheritdoc cref="Verify(ImageModel, string, Tensor, OnnxExportOptions?)" path="/exception"/>
    public static OnnxCheck VerifyOnNoise(ImageModel model, string path, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(0);
        options ??= new OnnxExportOptions();
        long side = model.ImageSize;
        Tensor Pixels(long count, long height, long width) =>
            randint(0, 256, [count, height, width, 3], generator: generator, dtype: ScalarType.Byte);
        return Verify(model, path, options.Input switch
        {
            OnnxInput.Pixels => [Pixels(NoiseImages, side, side)],
            OnnxInput.Image => [Pixels(NoiseImages / 2, side + 5, (side * 3 / 2) + 2), Pixels(2, (side * 2) + 1, side + 2),
                Pixels(2, side / 2, (side / 2) + 3)],
            _ => [randn([NoiseImages, 3, side, side], generator: generator)],
        }, options);
    }

    private static OnnxCheck Verify(ImageModel model, string path, Tensor[] inputs, OnnxExportOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        bool training = model.training;
        model.eval();
        Tensor[] tokens = [.. inputs.Select(i => model.ForwardFeatures(Normalized(model, i, options.Input)))];
        Tensor expected = cat([.. tokens.Select(t => model.ForwardHead(t))]);
        Tensor? features = options.Features ? cat([.. tokens.Select(t => model.ForwardHead(t, preLogits: true))]) : null;
        model.train(training);
        if (options.Softmax)
            expected = expected.softmax(1);
        using InferenceSession session = Open(path);
        Tensor[] batches = [.. inputs.SelectMany(OneAndRest)];
        OnnxCheck check = Compare(Run(session, path, batches, options), expected, options, path);
        if (features is null)
            return check;
        OnnxCheck second = Compare(Run(session, path, batches, options, OnnxExporter.FeaturesName), features, options, path);
        return double.IsNaN(check.RelativeDifference) || second.RelativeDifference <= check.RelativeDifference
            ? check
            : check with { LargestDifference = second.LargestDifference, RelativeDifference = second.RelativeDifference };
    }

    private static OnnxCheck Compare(Tensor actual, Tensor expected, OnnxExportOptions options, string path)
    {
        if (!actual.shape.SequenceEqual(expected.shape))
        {
            string file = string.Join(", ", actual.shape), own = string.Join(", ", expected.shape);
            throw new ReMemException($"The ONNX file's output is [{file}], the model's [{own}].", path);
        }

        double largest = (actual - expected).abs().max().to(ScalarType.Float64).item<double>();
        double scale = expected.abs().max().to(ScalarType.Float64).item<double>();
        double agreement = actual.argmax(1).eq(expected.argmax(1)).to(ScalarType.Float64).mean().item<double>();
        return new OnnxCheck(largest, largest / Math.Max(scale, 1e-12), Tolerance(options), agreement, (int)expected.shape[0]);
    }

    private static Tensor[] OneAndRest(Tensor input) =>
        input.shape[0] > 1 ? [input.narrow(0, 0, 1), input.narrow(0, 1, input.shape[0] - 1)] : [input];

    /// <summary>The model's input for the file's input, by the preprocessing that it was trained and evaluated with.</summary>
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
        RgbImage view = ViewTransform.Apply(source, model.EvaluationView(), new CounterRandom(0, "view"));
        return tensor(view.Pixels).view(view.Height, view.Width, 3);
    }

    /// <summary>The share of images whose top two classes are so close that the tolerance allows either.</summary>
    private static double NearTies(Tensor logits, double tolerance)
    {
        if (logits.shape[1] < 2)
            return 0;
        (Tensor best, _) = logits.topk(2, dim: 1);
        Tensor margin = best.select(1, 0) - best.select(1, 1);
        return margin.le(logits.abs().max().TimesInPlace(2 * tolerance)).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>The concatenated outputs of all batches, of one name; null is the answers'.</summary>
    private static Tensor Run(InferenceSession session, string path, Tensor[] batches, OnnxExportOptions options, string? name = null)
    {
        try
        {
            return cat([.. batches.Select(batch => Run(session, batch, options, name ?? OnnxExporter.OutputName(options)))]);
        }
        catch (OnnxRuntimeException e)
        {
            throw CannotRun(path, e);
        }
    }

    private static InferenceSession Open(string path)
    {
        try
        {
            return new InferenceSession(path);
        }
        catch (OnnxRuntimeException e)
        {
            throw CannotRun(path, e);
        }
    }

    private static ReMemException CannotRun(string path, OnnxRuntimeException e) =>
        new($"ONNX Runtime cannot run the exported file: {e.Message}", path, null, e);

    private static Tensor Run(InferenceSession session, Tensor batch, OnnxExportOptions options, string output)
    {
        NamedOnnxValue value = options.Input == OnnxInput.Normalized ? Named<float>(batch) : Named<byte>(batch);
        using var results = session.Run([value], [output]);
        if (results.Single().Value is not DenseTensor<float> { Rank: 2 } numbers)
            throw new ReMemException($"The ONNX file's output '{output}' is not float32 with two dimensions.");
        return tensor(numbers.ToArray()).view(numbers.Dimensions[0], numbers.Dimensions[1]);
    }

    /// <summary>A batch as the input of a file of ours.</summary>
    internal static NamedOnnxValue Named<T>(Tensor batch)
        where T : unmanaged => NamedOnnxValue.CreateFromTensor(
            OnnxExporter.InputName, new DenseTensor<T>(batch.contiguous().data<T>().ToArray(), [.. batch.shape.Select(d => (int)d)]));
}
