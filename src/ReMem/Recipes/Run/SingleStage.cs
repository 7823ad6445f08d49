using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Run;

/// <summary>One training in a folder of its own, which continues an interrupted one there.</summary>
internal static class SingleStage
{
    /// <summary>Fetches weights, opens data and folder, and trains.</summary>
    /// <param name="recipe">What is trained.</param>
    /// <param name="identity">What else the training is a function of.</param>
    /// <param name="path">The folder.</param>
    /// <param name="sources">Where weights are looked for.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <param name="stage">Trains.</param>
    /// <exception cref="InputException">Whatever is wrong with weights, data or folder.</exception>
    public static TrainedResult Run(
        Recipe recipe, string identity, string path, WeightSource sources, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken,
        Func<StageContext, StageFolder, TrainedResult> stage)
    {
        StageChecks.FetchWeights(recipe, sources, cancellationToken);
        PreparedData data = PreparedData.Open(recipe, progress);
        using RunFolder folder = RunFolder.Open(path, $"# {identity}\n{RecipeReader.Write(recipe)}");
        using var context = new StageContext(data, progress, cancellationToken, sources);
        return folder.Use(() => stage(context, new StageFolder(folder.Path)));
    }
}
