using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Models;
using TorchSharp;

namespace ReMem.Recipes.Stages;

/// <summary>Fits a linear probe on the pretrained teacher: leaves its scores, and is skipped where they are there.</summary>
/// <param name="context">What the stages share.</param>
internal sealed class ProbeStage(StageContext context)
{
    /// <summary>Fits a probe, or reads what an earlier run left.</summary>
    /// <param name="recipe">Model and weights.</param>
    /// <param name="seed">Decides the weights of a teacher from scratch, nothing else.</param>
    /// <param name="folder">Where it is left.</param>
    public ProbeResult Run(TeacherRecipe recipe, int seed, StageFolder folder)
    {
        if (folder.TryRead<ProbeResult>() is { } done)
            return done;
        ImageDataset dataset = context.Data.Dataset;
        using ImageModel model = StageModels.Teacher(recipe, recipe.Training, seed, context, folder.Name);
        using ModelOutputs train = context.Answers(model, dataset.Train), validation = context.Answers(model, dataset.Validation),
            test = context.Answers(model, dataset.Test);
        (torch.Tensor held, torch.Tensor last, double penalty) = LinearProbe.Fit(train, validation, test, dataset.Classes.Count);
        using (held)
        using (last)
        {
            var result = new ProbeResult(
                ClassificationMetrics.From(held, validation.Labels, dataset.Classes),
                ClassificationMetrics.From(last, test.Labels, dataset.Classes),
                penalty);
            context.Report(folder.Name, FormattableString.Invariant(
                $"a linear probe on the pretrained teacher: val top-1 {100 * result.Validation.Top1:0.0} %"));
            Directory.CreateDirectory(folder.Path);
            folder.Finish(result);
            return result;
        }
    }
}
