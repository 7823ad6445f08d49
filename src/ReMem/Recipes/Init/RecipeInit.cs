using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Models;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Run;
using ReMem.Runtime;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Init;

/// <summary>Inspects images, proposes a recipe for them, and writes it.</summary>
internal static class RecipeInit
{
    /// <summary>Throws for a file that cannot be written, before any inspection.</summary>
    /// <param name="file">The recipe to write.</param>
    /// <param name="force">Whether it may exist.</param>
    /// <exception cref="InputException">It is a folder, or it exists.</exception>
    public static void RequireFree(string file, bool force)
    {
        if (Directory.Exists(file))
            throw new InputException("The recipe to write is a folder.", file, "Give a file with --out, such as recipe.yaml.");
        if (File.Exists(file) && !force)
            throw new InputException("The recipe exists already.", file, "Give another file with --out, or --force to overwrite it.");
    }

    /// <summary>Inspects the images, proposes, times the proposal on this machine, and writes the recipe with both.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="file">The recipe to write.</param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellationToken">Stops the work; then nothing is written.</param>
    /// <exception cref="InputException">The images, the weights or the choices cannot be used; nothing is written.</exception>
    public static InitResult Run(ProposalOptions options, string file, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        RecipeProposal proposal = Propose(options, progress, cancellationToken);
        RunPlan plan = new ComparisonPipeline(proposal.Recipe, progress).Plan(Path.Combine("runs", proposal.Recipe.Name), jobs: 1,
            cancellationToken);
        AtomicFile.WriteAllText(file, proposal.Text(plan, file));
        return new InitResult(proposal, plan);
    }

    /// <summary>Inspects the images and proposes.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InputException">The images, the weights or the choices cannot be used.</exception>
    public static RecipeProposal Propose(
        ProposalOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        RecipeProposer.RequireKnown(options);
        ImageDataset data = DatasetReader.Open(options.Source);
        InspectionResult facts = DatasetInspector.Inspect(
            data, Environment.ProcessorCount, Preflight.ScanFolder, new InspectionLines(progress));
        InspectionVerdict.Require(facts, LeakagePolicy.Warn);
        UnlabelledImages? unlabelled = options.Unlabelled is { } source
            ? UnlabelledImages.Open(source, new DatasetOptions(), data, BadImagePolicy.Fail, Environment.ProcessorCount,
                Preflight.ScanFolder)
            : null;
        RecipeProposal proposal = RecipeProposer.Propose(data, facts, options, unlabelled);
        RequireFit(proposal, cancellationToken);
        return proposal;
    }

    /// <summary>Weights on disk must exist and fit now, not when the first run loads them.</summary>
    private static void RequireFit(RecipeProposal proposal, CancellationToken cancellationToken)
    {
        var options = new ModelOptions { NumClasses = proposal.Facts.Classes.Count, ImageSize = proposal.ImageSize };
        Require(proposal.Teacher, proposal.Weights, proposal.Options.WeightsPrefix);
        Require(proposal.Student, proposal.StudentWeights, null);

        void Require(string name, string? weights, string? prefix)
        {
            using ImageModel model = ModelCatalogue.Create(name, options);
            if (weights is not null && !WeightSource.IsRemote(weights))
                WeightLoader.Load(
                    model, new WeightSource().ResolveFile(weights, cancellationToken), new WeightLoadOptions { Prefix = prefix });
        }
    }
}
