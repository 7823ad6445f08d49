using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>
/// Classifies single image files with the same preprocessing as <see cref="Evaluator"/>: decode, resize, centre crop, normalise.
/// </summary>
public sealed class Predictor
{
    /// <summary>The answer where the best class is not probable enough.</summary>
    public const string Unknown = "unknown";

    private const int Batch = 16;
    private readonly ImageModel _model;
    private readonly IReadOnlyList<string> _labels;
    private readonly ViewOptions _view;

    /// <summary>Makes a predictor of a model, which is put in eval mode.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="labels">Class names in index order.</param>
    /// <exception cref="InputException">The number of names is not the number of classes.</exception>
    public Predictor(ImageModel model, IReadOnlyList<string> labels)
    {
        if (labels.Count != model.Options.NumClasses)
        {
            throw new InputException(
                $"There are {labels.Count} labels for a model of {model.Options.NumClasses} classes.", "labels",
                "Give one name per class, in index order.");
        }

        _model = model;
        _model.eval();
        _labels = labels;
        _view = model.EvaluationView();
    }

    /// <summary>The best class is the answer only where its probability is this or more, 0 to 1. Default 0: always.</summary>
    public double MinProbability
    {
        get;
        init => field = RequireProbability(value);
    }

    /// <summary>Checks a minimal probability and returns it.</summary>
    /// <exception cref="InputException">It is not between 0 and 1.</exception>
    internal static double RequireProbability(double value) => value is >= 0 and <= 1 ? value : throw new InputException(
        FormattableString.Invariant($"The smallest probability of an answer is {value}; it must be between 0 and 1."), "--min-probability",
        "Above the chance of guessing, such as 0.5.");

    /// <summary>Reads class names, one per line in index order; a leading WordNet id, as in synset_words.txt, is left out.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static IReadOnlyList<string> ReadLabels(string path)
    {
        IEnumerable<string> lines = InputFile.ReadLines(path, "labels file", "Give a text file with one class name per line.");
        return [.. lines.Where(line => line.Length > 0).Select(WithoutWordNetId)];
    }

    /// <summary>Classifies one file.</summary>
    /// <param name="file">The image.</param>
    /// <param name="top">Number of classes to return.</param>
    /// <exception cref="InputException">The file is missing or not an image.</exception>
    public Prediction Predict(string file, int top)
    {
        PredictionOutcome outcome = PredictAll([file], top).Single();
        return outcome.Prediction ?? throw outcome.Fault!;
    }

    /// <summary>
    /// Classifies files in order, in batches. A file that is missing or not an image has its own outcome and does not affect the others.
    /// </summary>
    /// <param name="files">The images.</param>
    /// <param name="top">Number of classes to return for each, 1 or more.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public IEnumerable<PredictionOutcome> PredictAll(IEnumerable<string> files, int top, CancellationToken cancellationToken = default)
    {
        foreach (string[] some in files.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var views = new RgbImage?[some.Length];
            var faults = new InputException?[some.Length];
            Parallel.For(0, some.Length, i =>
            {
                try
                {
                    views[i] = Open(some[i]);
                }
                catch (InputException e)
                {
                    faults[i] = e;
                }
            });
            Queue<Prediction> predictions = new(Run([.. views.OfType<RgbImage>()], [.. some.Where((_, i) => views[i] is not null)], top));
            for (int i = 0; i < some.Length; i++)
                yield return new PredictionOutcome(some[i], views[i] is null ? null : predictions.Dequeue(), faults[i]);
        }
    }

    private RgbImage Open(string file)
    {
        try
        {
            byte[] encoded = InputFile.ReadAllBytes(file, "image", EncodedSource.MaxBytes);
            return ViewTransform.Apply(ImageDecoder.Decode(encoded, file), _view, new CounterRandom(0, "view"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The image '{file}' cannot be read: {e.Message.TrimEnd('.')}.", remedy: "Check that you may read it.",
                inner: e);
        }
    }

    private Prediction[] Run(RgbImage[] views, string[] files, int top)
    {
        if (views.Length == 0)
            return [];
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor pixels = stack(views.Select(v => tensor(v.Pixels).view(v.Height, v.Width, 3).permute(2, 0, 1))).contiguous();
        Tensor logits = _model.call(_model.Info.Normalization.Apply(pixels)).to(ScalarType.Float32);
        int classes = _labels.Count;
        float[] values = logits.contiguous().data<float>().ToArray();
        float[] probabilities = logits.softmax(1).contiguous().data<float>().ToArray();
        return [.. files.Select((file, n) =>
            Ranked(file, values.AsSpan(n * classes, classes).ToArray(), probabilities.AsSpan(n * classes, classes).ToArray(), top))];
    }

    private Prediction Ranked(string file, float[] values, float[] probabilities, int top)
    {
        RankedClass[] ranked =
        [
            .. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Take(top)
                .Select(i => new RankedClass(i, _labels[i], values[i], probabilities[i])),
        ];
        var prediction = new Prediction(file, ranked);
        return ranked.Length > 0 && ranked[0].Probability >= MinProbability ? prediction : prediction with { Answer = Unknown };
    }

    private static string WithoutWordNetId(string line) =>
        line.Length > 10 && line[0] == 'n' && line[9] == ' ' && line[1..9].All(char.IsAsciiDigit) ? line[10..] : line;
}
