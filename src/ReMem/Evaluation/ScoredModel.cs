using ReMem.Data;
using ReMem.Data.Views;

namespace ReMem.Evaluation;

/// <summary>What is scored: something that answers for images.</summary>
/// <param name="Labels">Class names in index order.</param>
/// <param name="View">How images become its input.</param>
/// <param name="Run">What it answers for a loader's images; the caller disposes it.</param>
internal sealed record ScoredModel(
    IReadOnlyList<string> Labels, ViewOptions View, Func<BatchLoader, CancellationToken, ModelOutputs> Run)
{
    /// <summary>A model in memory.</summary>
    public static ScoredModel Of(LabelledModel model) =>
        new(model.Labels, model.Model.EvaluationView(),
            (loader, cancellationToken) => Evaluator.Run(model.Model, loader, cancellationToken));
}
