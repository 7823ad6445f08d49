using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Export.Onnx;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Export.Int8;

/// <summary>
/// Exports a model as an int8 ONNX file: calibrated on images, with corrections for rounding (equalisation, least-squares ranges, bias
/// correction), and compared with the float32 file on images that it was not calibrated on.
/// </summary>
/// <param name="model">The model; not changed.</param>
/// <param name="options">The settings.</param>
/// <param name="progress">Receives a report of each step.</param>
/// <param name="cancellationToken">Stops between batches.</param>
internal sealed class Int8Exporter(ImageModel model, Int8Options options, IProgress<ProgressReport>? progress,
    CancellationToken cancellationToken)
{
    private const int Batch = 8;

    /// <summary>Number of calibration images on which variants are compared.</summary>
    private const int Compared = 64;

    /// <summary>A variant with more layers in float32 must be closer to the float32 model by this factor.</summary>
    private const double WorthKeeping = 0.8;

    private const int TimedRuns = 30;

    /// <summary>Called with the file before it is scored, for tests that damage it.</summary>
    internal Action<string>? Written { get; set; }

    /// <summary>Opens the images and writes the file.</summary>
    /// <param name="model">The model and its classes.</param>
    /// <param name="path">The file.</param>
    /// <param name="export">Options of the float32 file that it is made from.</param>
    /// <param name="source">A data set of the model's classes: training images to calibrate on, test images to check on.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Receives a report of each step.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InputException">An option is out of its range, the source cannot be read,
    /// or the model cannot be quantised.</exception>
    public static Int8Result Run(
        LabelledModel model, string path, OnnxExportOptions export, string source, Int8Options options, IProgress<ProgressReport>? progress,
        CancellationToken cancellationToken)
    {
        BatchLoader Loader(string split, int limit)
        {
            ScoredImages images = ScoredImages.Open(source, split, model.Labels);
            return new BatchLoader(
                Subset.AtMost(images.Images, limit, options.Seed),
                model.Model.EvaluationView(),
                new LoaderOptions { BatchSize = 64, Threads = Environment.ProcessorCount, OnBadImage = BadImagePolicy.Skip });
        }

        var exporter = new Int8Exporter(model.Model, options, progress, cancellationToken);
        return exporter.Write(path, export, Loader("train", options.Images), Loader("test", int.MaxValue));
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">As in <see cref="CheckedExport.Write{T}"/>.</param>
    /// <param name="export">Options of the float32 file that it is made from; its weights stay inside.</param>
    /// <param name="calibration">Training images, preprocessed as in evaluation.</param>
    /// <param name="held">Other labelled images, for the check.</param>
    /// <exception cref="InputException">An option is out of its range, there is no image, or the model cannot be quantised.</exception>
    public Int8Result Write(string path, OnnxExportOptions export, BatchLoader calibration, BatchLoader held)
    {
        DataOptions.Validate(options, "int8");
        if (export.Half)
            throw new InputException("A file is float16 or int8, not both.", "export", "Leave out one of the two.");
        Made? made = null;
        (string written, Int8Check check) = CheckedExport.Write(
            path,
            file =>
            {
                made = Make(file, export, calibration);
                Written?.Invoke(file);
            },
            file => Compare(made!, file, held),
            c => c.Failure is null);
        (double single, double rounded) = Milliseconds(made!, path);
        return new Int8Result(written, check, made!.Kept, made.Layers, made.Pairs, made.FloatBytes, made.Bytes, single, rounded);
    }

    private Made Make(string file, OnnxExportOptions export, BatchLoader calibration)
    {
        OnnxExporter.Export(model, file, export with { MaxFileBytes = int.MaxValue });
        long floatBytes = new FileInfo(file).Length;
        FloatGraph whole = FloatGraph.Read(File.ReadAllBytes(file), file);
        QuantizationPlan all = QuantizationPlan.Of(whole, []);
        string trunk = all.Layers[0].Input;
        FloatGraph plain = whole.From(trunk, model.ImageSize);
        byte[] single = plain.ToBytes();
        DenseTensor<float>[] batches = Images(calibration);
        Say($"calibrating on {batches.Sum(b => b.Dimensions[0])} images");

        Dictionary<string, TensorStatistics> before = Calibration.Run(plain, all.Tensors, batches, file, histograms: true,
            cancellationToken);
        FloatGraph equalized = whole.Clone();
        int pairs = Equalization.Apply(equalized, QuantizationPlan.Of(equalized, []), before);
        var sources = new List<(FloatGraph Whole, Dictionary<string, TensorStatistics> Statistics, int Pairs)> { (whole, before, 0) };
        if (pairs > 0)
        {
            FloatGraph other = equalized.From(trunk, model.ImageSize);
            sources.Add((equalized, Calibration.Run(other, all.Tensors, batches, file, histograms: true, cancellationToken), pairs));
        }

        DenseTensor<float>[] compared = [.. batches.Take((Compared + Batch - 1) / Batch)];
        using var reference = new GraphRunner(single, file);
        float[][] expected = reference.Answers(compared);
        var best = (Divergence: double.PositiveInfinity, Graph: whole, Rounded: single, Kept: (string[])[], Pairs: 0);
        foreach (string[] kept in Choices(all))
        {
            foreach (var source in sources)
            {
                cancellationToken.ThrowIfCancellationRequested();
                FloatGraph graph = Int8Graph.Build(source.Whole, kept, source.Statistics, options.Ranges);
                byte[] rounded = graph.From(trunk, model.ImageSize).ToBytes();
                using var runner = new GraphRunner(rounded, file);
                double divergence = Divergence(expected, runner.Answers(compared), export.Softmax);
                double wanted = kept.Length > best.Kept.Length ? WorthKeeping : 1;
                if (divergence < wanted * best.Divergence)
                    best = (divergence, graph, rounded, kept, source.Pairs);
            }
        }

        best.Graph.Model.MetadataProps.Add(new StringStringEntryProto { Key = "quantization", Value = Metadata(best.Kept, batches) });
        byte[] bytes = best.Graph.ToBytes();
        AtomicFile.WriteAllBytes(file, bytes);
        int layers = QuantizationPlan.Of(whole, best.Kept).Layers.Count;
        return new Made(trunk, single, best.Rounded, best.Kept, layers, best.Pairs, floatBytes, bytes.Length);
    }

    /// <summary>Scores of both files on images that were not used for calibration.</summary>
    private Int8Check Compare(Made made, string file, BatchLoader held)
    {
        using var single = new GraphRunner(made.Float, file);
        FloatGraph written = FloatGraph.Read(File.ReadAllBytes(file), file, isQuantized: true);
        using var rounded = new GraphRunner(written.From(made.Trunk, model.ImageSize).ToBytes(), file);
        int images = 0, agree = 0, singleRight = 0, roundedRight = 0;
        foreach ((DenseTensor<float> batch, long[] labels) in Labelled(held, int.MaxValue))
        {
            int[] ones = Best(single.Answers([batch])), others = Best(rounded.Answers([batch]));
            for (int i = 0; i < labels.Length; i++)
            {
                images++;
                agree += ones[i] == others[i] ? 1 : 0;
                singleRight += ones[i] == labels[i] ? 1 : 0;
                roundedRight += others[i] == labels[i] ? 1 : 0;
            }
        }

        double Share(int count) => count / (double)images;
        return images > 0
            ? new Int8Check(images, Share(singleRight), Share(roundedRight), Share(agree), options.MaxLoss)
            : throw new InputException("There is no image to score the int8 file on.", file, "Give a test split that has images.");
    }

    private static int[] Best(float[][] answers) => [.. answers.Select(a => Array.IndexOf(a, a.Max()))];

    /// <summary>The mean divergence of the int8 outputs from the float32 ones (Kullback-Leibler, nats).</summary>
    internal static double Divergence(float[][] expected, float[][] actual, bool areProbabilities) =>
        expected.Zip(actual, (e, a) => Divergence(LogShares(e, areProbabilities), LogShares(a, areProbabilities))).Average();

    private static double Divergence(double[] expected, double[] actual) => expected.Zip(actual, (e, a) => Math.Exp(e) * (e - a)).Sum();

    private static double[] LogShares(float[] answer, bool isProbability)
    {
        if (isProbability)
            return [.. answer.Select(p => Math.Log(Math.Max(p, float.Epsilon)))];
        double largest = answer.Max(), sum = Math.Log(answer.Sum(v => Math.Exp(v - largest))) + largest;
        return [.. answer.Select(v => v - sum)];
    }

    /// <summary>The median time of one image with one thread, the two measured in turns.</summary>
    private (double Float, double Int8) Milliseconds(Made made, string where)
    {
        using var single = new GraphRunner(made.Float, where, threads: 1);
        using var rounded = new GraphRunner(made.Rounded, where, threads: 1);
        var image = new DenseTensor<float>([1, 3, model.ImageSize, model.ImageSize]);
        var times = new List<double>[] { [], [] };
        for (int i = 0; i < 2 * (TimedRuns + 1); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            (i % 2 == 0 ? single : rounded).Run(image, (_, _, _) => { });
            if (i > 1)
                times[i % 2].Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);
        return (Median(times[0]), Median(times[1]));
    }

    /// <summary>Candidate sets of layers to keep in float32, the smaller ones first.</summary>
    private IEnumerable<string[]> Choices(QuantizationPlan all)
    {
        if (options.Keep == Int8Options.None)
            return [[]];
        if (options.Keep != Int8Options.Auto)
            return [options.Keep.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        string first = all.Layers[0].Name, last = all.Layers[^1].Name;
        return all.Layers.Count > 2 ? [[], [first], [last], [first, last]] : [[]];
    }

    private string Metadata(string[] kept, DenseTensor<float>[] batches) => JsonSerializer.Serialize(
        new
        {
            format = "QDQ",
            weights = "int8 per output channel",
            activations = "uint8 per tensor",
            calibration_images = batches.Sum(b => b.Dimensions[0]),
            ranges = options.Ranges.ToString(),
            float32_layers = kept,
        },
        Json.Line);

    private DenseTensor<float>[] Images(BatchLoader loader) => [.. Labelled(loader, options.Images).Select(p => p.Images)];

    private IEnumerable<(DenseTensor<float> Images, long[] Labels)> Labelled(BatchLoader loader, int limit)
    {
        int left = limit;
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (float[] pixels, long[] labels) = Numbers(batch);
                int size = pixels.Length / labels.Length, count = Math.Min(labels.Length, left);
                for (int first = 0; first < count; first += Batch)
                {
                    int images = Math.Min(Batch, count - first);
                    yield return (
                        new DenseTensor<float>(pixels.AsMemory(first * size, images * size), [images, 3, model.ImageSize, model.ImageSize]),
                        labels[first..(first + images)]);
                }

                left -= count;
            }

            if (left == 0)
                break;
        }
    }

    private (float[] Pixels, long[] Labels) Numbers(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = model.Info.Normalization.Apply(batch.Images).contiguous();
        return (images.data<float>().ToArray(), batch.Labels.data<long>().ToArray());
    }

    private void Say(string text) => progress?.Report(new MessageProgress("int8", text));

    /// <summary>The chosen variant, with the part after the preprocessing of both it and the float32 model.</summary>
    private sealed record Made(string Trunk, byte[] Float, byte[] Rounded, string[] Kept, int Layers, int Pairs, long FloatBytes,
        long Bytes);
}
