using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>What the stages of a run share.</summary>
/// <param name="data">The images.</param>
/// <param name="progress">Hears of the work.</param>
/// <param name="cancellationToken">Stops between steps.</param>
/// <param name="sources">Finds the weights that recipes name; null looks as the environment says.</param>
internal sealed class StageContext(
    PreparedData data, IProgress<ProgressReport>? progress, CancellationToken cancellationToken, WeightSource? sources = null) : IDisposable
{
    /// <summary>The images.</summary>
    public PreparedData Data { get; } = data;

    /// <summary>Hears of the work.</summary>
    public IProgress<ProgressReport>? Progress { get; } = progress;

    /// <summary>Stops between steps.</summary>
    public CancellationToken Cancel { get; } = cancellationToken;

    /// <summary>Finds the weights that recipes name.</summary>
    public WeightSource Sources { get; } = sources ?? new WeightSource();

    /// <summary>The images that the meter's decoders draw.</summary>
    public MeterPixels Pixels { get; } = new(data, cancellationToken);

    /// <summary>Reads the model of a folder that an earlier run left; tests count it.</summary>
    internal Func<string, ImageModel> Load { get; init; } = folder => ModelFolder.Load(folder).Model;

    /// <summary>Reports a message of a stage.</summary>
    public void Report(string stage, string message) => Progress?.Report(new MessageProgress(stage, message));

    /// <summary>What a model answers on a split, as it is evaluated there.</summary>
    public ModelOutputs Answers(ImageModel model, IImageSource split) => Evaluator.Run(model, Data.Evaluation(split, model), Cancel);

    /// <summary>Brings a model's outputs into the order of the data set's classes, by their names.</summary>
    /// <param name="model">Its classifier is reordered in place where need be.</param>
    /// <param name="labels">Its class list.</param>
    /// <param name="where">Its folder, for messages.</param>
    /// <exception cref="InputException">The lists differ in number or names.</exception>
    public void AlignClasses(ImageModel model, IReadOnlyList<string> labels, string where)
    {
        if (ClassOrder.Apply(model, labels, Data.Dataset.Classes, where))
            Report("classes", $"{where} has the data set's classes in another order; they are matched by name");
    }

    /// <inheritdoc/>
    public void Dispose() => Pixels.Dispose();
}
