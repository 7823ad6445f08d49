using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>A class and how sure the model is of it.</summary>
/// <param name="Index">Class index.</param>
/// <param name="Label">Class name.</param>
/// <param name="Logit">The model's output.</param>
/// <param name="Probability">Its softmax, in [0, 1].</param>
public sealed record RankedClass(int Index, string Label, double Logit, double Probability);

/// <summary>An image's best classes, best first.</summary>
/// <param name="File">The image.</param>
/// <param name="Top">The classes.</param>
public sealed record Prediction(string File, IReadOnlyList<RankedClass> Top);

/// <summary>Classifies single image files exactly as <see cref="Evaluator"/> sees a split: decode, resize, centre crop, normalise.</summary>
public sealed class Predictor
{
    private readonly ImageModel _model;
    private readonly IReadOnlyList<string> _labels;
    private readonly ViewOptions _view;

    /// <summary>Binds a model, which is put in eval mode.</summary>
    /// <param name="model">Classifies.</param>
    /// <param name="labels">Class names in index order.</param>
    /// <exception cref="InputException">There is not one name a class.</exception>
    public Predictor(ImageModel model, IReadOnlyList<string> labels)
    {
        if (labels.Count != model.Options.NumClasses)
        {
            throw new InputException(
                $"There are {labels.Count} labels for a model of {model.Options.NumClasses} classes.", "labels", "Give one name a class, in index order.");
        }

        _model = model;
        _model.eval();
        _labels = labels;
        _view = ViewOptions.ForEvaluation(model);
    }

    /// <summary>Reads class names, one a line in index order; a leading WordNet id, as in synset_words.txt, is left out.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static IReadOnlyList<string> ReadLabels(string path)
    {
        if (!File.Exists(path))
            throw new InputException("The labels file does not exist.", path, "Give a text file with one class name a line.");
        return [.. File.ReadAllLines(path).Where(line => line.Length > 0).Select(WithoutWordNetId)];
    }

    /// <summary>Classifies one file.</summary>
    /// <param name="file">The image.</param>
    /// <param name="top">How many classes to return.</param>
    /// <exception cref="InputException">The file is missing or no image.</exception>
    public Prediction Predict(string file, int top)
    {
        if (!File.Exists(file))
            throw new InputException("The image does not exist.", file, "Check the path.");
        RgbImage view = View.Apply(ImageDecoder.Decode(File.ReadAllBytes(file), file), _view, new CounterRandom(0, "view"));
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor pixels = tensor(view.Pixels).view(1, view.Height, view.Width, 3).permute(0, 3, 1, 2).contiguous();
        Tensor logits = _model.call(_model.Info.Normalization.Apply(pixels))[0];
        float[] values = logits.data<float>().ToArray();
        float[] probabilities = logits.softmax(0).data<float>().ToArray();
        RankedClass[] ranked =
        [
            .. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Take(top).Select(i => new RankedClass(i, _labels[i], values[i], probabilities[i])),
        ];
        return new Prediction(file, ranked);
    }

    private static string WithoutWordNetId(string line) =>
        line.Length > 10 && line[0] == 'n' && line[9] == ' ' && line[1..9].All(char.IsAsciiDigit) ? line[10..] : line;
}
