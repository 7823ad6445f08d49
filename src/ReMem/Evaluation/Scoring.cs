using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Runtime;

namespace ReMem.Evaluation;

/// <summary>Scores a model on labelled images, which need not have splits or every class of the model.</summary>
/// <param name="model">The model and its classes.</param>
/// <param name="progress">Receives descriptions of the data and warnings about it.</param>
internal sealed class Scoring(ScoredModel model, IProgress<ProgressReport> progress)
{
    private const int Batch = 64;

    /// <summary>Opens and checks the images, and scores the model.</summary>
    /// <param name="source">As in <see cref="DatasetReader.Open"/>.</param>
    /// <param name="split">One of <see cref="ScoredImages.Splits"/>; null chooses.</param>
    /// <param name="policy">What to do with an image that cannot be decoded.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="answered">Given the answers, and the image of each of them in the scored images; null is not told.</param>
    /// <exception cref="InputException">The source cannot be read, or does not fit the model.</exception>
    public ScoringResult Run(string source, string? split, BadImagePolicy policy, CancellationToken cancellationToken,
        Action<ModelOutputs, ScoredImages, IReadOnlyList<int>>? answered = null)
    {
        ScoredImages images = ScoredImages.Open(source, split, model.Labels);
        foreach (string warning in images.Warnings)
            Say($"warning: {warning}");
        foreach (string leak in images.Whole is { } whole ? Preflight.Leaks(whole, Environment.ProcessorCount, Preflight.ScanFolder) : [])
            Say($"warning: {leak}");
        var loader = new BatchLoader(
            images.Images,
            model.View,
            new LoaderOptions { BatchSize = Batch, Threads = Environment.ProcessorCount, OnBadImage = policy });
        if (loader.BadImages is [var first, ..])
            Say($"warning: {loader.BadImages.Count} of {images.Images.Count} images are left out. The first: {first.Reason}");
        Say($"{images.Description}: {loader.Count} images are scored ({images.Split})");
        using ModelOutputs outputs = model.Run(loader, cancellationToken);
        HashSet<int> left = [.. loader.BadImages.Select(b => b.Index)];
        answered?.Invoke(outputs, images, [.. Enumerable.Range(0, images.Images.Count).Where(i => !left.Contains(i))]);
        return new ScoringResult(images.Split, ClassificationMetrics.From(outputs.Logits, outputs.Labels, model.Labels));
    }

    private void Say(string text) => progress.Report(new MessageProgress("data", text));
}
