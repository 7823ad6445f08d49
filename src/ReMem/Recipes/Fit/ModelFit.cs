using System.Diagnostics;
using ReMem.Models;
using ReMem.Recipes.Init;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Fit;

/// <summary>
/// From images to one good model: proposes a recipe, lets it fill the time, trains a student of labels alone and students of several
/// teachers, exports the one that does best on validation, and scores the exported file. A teacher whose student is no better than that of
/// labels alone is not used.
/// </summary>
/// <param name="options">The images and the time.</param>
/// <param name="progress">Receives progress.</param>
/// <param name="sources">Finds the weights.</param>
internal sealed class ModelFit(FitOptions options, IProgress<ProgressReport> progress, WeightSource sources)
{
    /// <summary>Share of the time that trainings are planned for: estimates are off by some 20 %.</summary>
    private const double Planned = 0.85;

    /// <summary>
    /// What a fit tries: a student of labels alone, one of the teacher that the trials of 'auto' choose, and, with images without labels,
    /// one of the teacher's classes, which did better than one of its softened answers (docs/results/fit.md).
    /// </summary>
    /// <param name="recipe">The proposal.</param>
    internal static IReadOnlyList<TeacherMethod> Methods(Recipe recipe)
    {
        if (ModelCatalogue.ShapeOf(recipe.Teacher.Model) is null)
            return FewMethods(recipe);
        return recipe.Data.Unlabelled is null
            ? [TeacherMethod.None, TeacherMethod.Auto]
            : [TeacherMethod.None, TeacherMethod.Auto, TeacherMethod.Pseudo];
    }

    /// <summary>The same where there is no time for trials, or a teacher has no blocks to reweight.</summary>
    /// <param name="recipe">The proposal.</param>
    internal static IReadOnlyList<TeacherMethod> FewMethods(Recipe recipe) =>
        [TeacherMethod.None, recipe.Data.Unlabelled is null ? TeacherMethod.Standard : TeacherMethod.Pseudo];

    /// <summary>Fits, or goes on where an earlier call in the same folder was interrupted.</summary>
    /// <param name="folder">The run's folder: new, empty, or of an earlier call with the same images.</param>
    /// <param name="command">The command line, for the report.</param>
    /// <param name="cancellationToken">Stops between steps; the folder stays resumable.</param>
    /// <exception cref="InputException">Whatever is wrong with images, weights, folder or time.</exception>
    /// <exception cref="ReMemException">The exported file failed its check.</exception>
    public FitResult Run(string folder, string command, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        (Recipe recipe, RunRates? rates) = Earlier(folder) is { } earlier ? (earlier, null) : Proposed(folder, begin, cancellationToken);
        var pipeline = new ComparisonPipeline(recipe, progress, sources) { Known = rates };
        ComparisonReport report = pipeline.Run(folder, command, null, cancellationToken);
        string file = Path.GetFullPath(Path.Combine(folder, report.Onnx!.Path));
        report.Onnx.RequirePassed(file);
        return FitResult.Of(report, folder);
    }

    /// <summary>The recipe of an earlier call; null where the folder is new.</summary>
    private Recipe? Earlier(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolder.RecipeFile)))
            return null;
        Recipe recipe = RecipeReader.Parse(RunFolder.RecipeOf(folder), Path.Combine(folder, RunFolder.RecipeFile));
        if (recipe.Data.Source != options.Proposal.Source || recipe.Data.Unlabelled != options.Proposal.Unlabelled)
            throw new InputException($"The folder holds a fit of other images: {recipe.Data.Source}.", folder,
                "Give another folder with --out.");
        progress.Report(new MessageProgress("fit", "going on with the recipe of the folder"));
        return recipe;
    }

    private (Recipe Recipe, RunRates? Rates) Proposed(string folder, long begin, CancellationToken cancellationToken)
    {
        Recipe proposed = RecipeInit.Propose(options.Proposal, progress, cancellationToken).Recipe;
        Recipe recipe = proposed with
        {
            Methods = Methods(proposed),
            Seeds = [options.Seed],
            SelectBy = options.Metric,
            LinearProbe = proposed.Teacher.Weights is not null,
            Int8 = options.Int8,
        };
        if (options.Time is not { } time)
            return (recipe, null);
        PreparedData data = PreparedData.Open(recipe);
        progress.Report(new MessageProgress("fit", "timing a few steps of each stage"));
        RunRates rates = new RunPlanner(recipe).Measure(data, cancellationToken);
        double Cost(Recipe r) => new PlanAssembler(r, PlanCounts.Of(data), rates, jobs: 1)
            .Assemble([.. r.Parts().Select(part => PartLeft.In(folder, part))]).Seconds;
        double left = (Planned * time.TotalSeconds) - Stopwatch.GetElapsedTime(begin).TotalSeconds;
        recipe = FitBudget.Fit(recipe, FewMethods(recipe), Cost, left);
        progress.Report(new MessageProgress("fit", $"{string.Join(", ", recipe.Methods)}: teachers of {recipe.Teacher.Training.Epochs} "
            + $"epochs, students of {recipe.Student.Training.Epochs}, about {PlanTable.Duration(Cost(recipe))}"));
        return (recipe, rates);
    }
}
