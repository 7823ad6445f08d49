using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Recipes.Run;

/// <summary>The two ways to probe models on one data set.</summary>
/// <param name="models">What is probed; further ones are compared with the first.</param>
/// <param name="recipe">The images, and the meter's budget.</param>
/// <param name="output">The folder of what is written.</param>
/// <param name="commandLine">How, for whoever repeats it.</param>
/// <param name="cancellationToken">Stops it.</param>
internal sealed class ProbeRun(IReadOnlyList<ProbedModel> models, Recipe recipe, string output, string commandLine,
    CancellationToken cancellationToken)
{
    private const string PicturesFile = "pictures.html";

    /// <summary>Every output of every model, compared with the first one's.</summary>
    public ProbeReport Outputs(string[] checks, int pictures, IProgress<ProgressReport> progress)
    {
        PreparedData data = PreparedData.Open(recipe, progress);
        using MeterImages images = Images(data);
        if (pictures > data.Dataset.Test.Count)
            throw new InputException($"--pictures is {pictures}, but there are {data.Dataset.Test.Count} test images.", "command line");
        long[] rows = [.. new CounterRandom(recipe.Information.Seed,
            "pictures").Permutation(data.Dataset.Test.Count).Take(pictures).Select(i => (long)i).Order()];
        var measured = new List<ModelInformation>();
        using DisposeScope scope = NewDisposeScope();
        var columns = new List<PictureColumn>();
        foreach (ProbedModel model in models)
        {
            using ModelProbe probe = ModelProbe.Read(
                model.Name, model.Model, View(data, data.Dataset.Train, model.Model), View(data, data.Dataset.Test, model.Model), progress,
                cancellationToken);
            ModelInformation information = probe.Measure(images, checks, progress, cancellationToken);
            measured.Add(information);
            if (pictures == 0)
                continue;
            foreach ((string feature, Tensor drawings) in probe.Draw(rows, images, cancellationToken))
            {
                InformationResult known = information.Features.Single(f => f.Feature == feature).Information;
                columns.Add(new PictureColumn(
                    $"{model.Name}, {feature}",
                    FormattableString.Invariant($"I_hat {known.NatsPerChannel.Mean:0.0000} ± {known.NatsPerChannel.HalfWidth:0.0000}"),
                    drawings));
            }
        }

        string? page = pictures == 0 ? null : Draw(data, rows, columns);
        return new ProbeReport(
            images.Train, images.Test, images.Leaked, recipe.Information, measured,
            [.. measured.Skip(1).SelectMany(m => m.Against(measured[0]))], page);
    }

    /// <summary>Every model block by block; each has its files in the output folder, or in one of its own there.</summary>
    public IReadOnlyList<BlockProbeResult> Blocks(BlockProbeOptions options, IProgress<ProgressReport> progress)
    {
        // Whatever does not fit is an error before any image is read.
        BlockProbe[] probes = [.. models.Select(m => new BlockProbe(m.Model, options))];
        PreparedData data = PreparedData.Open(recipe, progress);
        using MeterImages images = Images(data);
        var results = new List<BlockProbeResult>();
        foreach ((ProbedModel model, BlockProbe probe) in models.Zip(probes))
        {
            BlockProbeResult result = probe.Run(
                model.Name,
                View(data, data.Dataset.Train, model.Model),
                View(data, data.Dataset.Test, model.Model),
                images,
                data.Dataset.Classes.Count,
                model.Labels is not null && model.Labels.SequenceEqual(data.Dataset.Classes),
                progress,
                cancellationToken);
            string folder = models.Count == 1 ? output : Path.Combine(output, model.Name);
            AtomicFile.WriteAllText(Path.Combine(folder, BlockReport.JsonFile), Json.Serialize(result) + "\n");
            AtomicFile.WriteAllText(Path.Combine(folder, BlockReport.HtmlFile), BlockReport.Render(result, commandLine));
            results.Add(result);
        }

        return results;
    }

    private static BatchLoader View(PreparedData data, IImageSource split, ImageModel model) =>
        data.Evaluation(split, model.Info, model.ImageSize);

    private MeterImages Images(PreparedData data)
    {
        using var pixels = new MeterPixels(data, cancellationToken);
        return pixels.Images(data.Dataset.Test, models[0].Model.Info, recipe.Information);
    }

    private string Draw(PreparedData data, long[] rows, List<PictureColumn> columns)
    {
        var shown = new Subset(data.Dataset.Test, rows.Select(r => (int)r));
        using Tensor originals = Evaluator.Images(data.Evaluation(shown, models[0].Model.Info, recipe.Information.ImageSize),
            cancellationToken);
        string path = Path.Combine(output, PicturesFile);
        int side = recipe.Information.ImageSize;
        AtomicFile.WriteAllText(path, PicturePage.Render(
            "What a decoder draws",
            $"Test images at {side} x {side} pixels, and what a decoder that never saw them draws from a model's pooled feature and "
                + "from its logits. I_hat: nats per pixel channel.",
            [.. rows.Select(r => data.Dataset.Test.Name((int)r))],
            [new PictureColumn("original", $"{side} px", originals), .. columns],
            commandLine));
        foreach (PictureColumn column in columns)
            column.Images.Dispose();
        return path;
    }
}
