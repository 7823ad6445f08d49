using System.Diagnostics;
using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// Where a ViT loses information about the image: I_hat after every attention and every MLP, and I_hat and accuracy when one of them, or
/// the top few, are skipped. The measurement behind "the top MLP blocks lose most of it" (arXiv 2506.23041).
/// </summary>
internal sealed class BlockProbe
{
    private readonly TransformerModel _model;
    private readonly BlockProbeOptions _options;
    private readonly Skip[] _skips;

    /// <summary>Makes a probe of a model.</summary>
    /// <param name="model">A Vision Transformer.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="InputException">The model has no blocks, or fewer than the number to skip.</exception>
    public BlockProbe(ImageModel model, BlockProbeOptions options)
    {
        DataOptions.Validate(options, "blocks");
        _model = model as TransformerModel ?? throw new InputException(
            $"The model '{model.Info.Name}' has no blocks of attention and MLP to probe.", "blocks", "Probe a ViT, or leave --blocks out.");
        int depth = _model.Blocks.Count;
        if (options.Top > depth)
            throw new InputException($"The top {options.Top} blocks are to be skipped, but '{model.Info.Name}' has {depth}.", "blocks.top",
                $"Choose {depth} or less.");
        _options = options;
        _skips = [.. Skip.All(depth, options.Top)];
    }

    /// <summary>Probes the model.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="train">The images to train decoders on, preprocessed for the model.</param>
    /// <param name="test">The images to evaluate decoders on.</param>
    /// <param name="images">The same two splits as targets of the decoders, and the budget.</param>
    /// <param name="classes">Number of classes of the labels.</param>
    /// <param name="headFits">
    /// Whether the model's head has these classes; if not, accuracy is that of a ridge classifier on the pooled feature.
    /// </param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellationToken">Stops between passes and measurements.</param>
    /// <exception cref="InputException">An image cannot be read, or the model's features are not finite.</exception>
    public BlockProbeResult Run(
        string name,
        BatchLoader train,
        BatchLoader test,
        MeterImages images,
        int classes,
        bool headFits,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        long all = train.Count + test.Count;
        var passes = new ProbeProgress(progress, $"{name} / blocks", "images", all);
        using BlockFeatures trained = BlockFeatures.Read(_model, train, _skips, usage: false, all, passes, cancellationToken);
        using BlockFeatures tested = BlockFeatures.Read(_model, test, _skips, usage: true, all, passes, cancellationToken);
        progress?.Report(new MessageProgress($"{name} / blocks",
            FormattableString.Invariant($"{all} images seen in {clock.Elapsed.TotalSeconds:0} s")));

        SubBlock[] subBlocks = [.. SubBlock.All(_model.Blocks.Count)];
        var steps = new ProbeProgress(progress, $"{name} / blocks", "measurements", 1 + (2 * (subBlocks.Length + 1)) + _skips.Length);
        InformationResult Measure(Tensor trainFeatures, Tensor testFeatures)
        {
            InformationResult result = InformationMeter.Measure(trainFeatures, testFeatures, images, cancellationToken);
            steps.Advance();
            return result;
        }

        StreamInformation At(SubBlock? place) =>
            new(Measure(trained.Token(place), tested.Token(place)), Measure(trained.Map(place), tested.Map(place)));

        InformationResult pooled = Measure(trained.Whole.Pooled, tested.Whole.Pooled);
        double[] Right((Tensor Pooled, Tensor Answers) learned, (Tensor Pooled, Tensor Answers) judged) => Correct(
            headFits ? judged.Answers : RidgeAnswers(learned.Pooled, trained.Labels, judged.Pooled, classes), tested.Labels);
        double[] right = Right(trained.Whole, tested.Whole);
        StreamInformation embedding = At(null), before = embedding;
        Dictionary<Skip, SkipResult> skipped = _skips.ToDictionary(skip => skip, skip =>
        {
            InformationResult without = Measure(trained.Without(skip).Pooled, tested.Without(skip).Pooled);
            double[] rightWithout = Right(trained.Without(skip), tested.Without(skip));
            return new SkipResult(
                without, Change(pooled, without), without.VerdictAgainst(pooled), Interval.Of(rightWithout),
                Interval.Of([.. rightWithout.Zip(right, (a, b) => a - b)]));
        });

        var results = new List<SubBlockResult>();
        foreach (SubBlock subBlock in subBlocks)
        {
            StreamInformation after = At(subBlock);
            results.Add(new SubBlockResult(
                subBlock.Block + 1,
                subBlock.Kind,
                after,
                Change(before.Token, after.Token),
                Change(before.Patches, after.Patches),
                skipped[new Skip(subBlock.Kind, subBlock.Block, 1)],
                subBlock.Kind == SubBlockKind.Mlp ? tested.Usage(subBlock.Block) : null));
            before = after;
        }

        TopResult[] top =
        [
            .. Enumerable.Range(1, _options.Top).SelectMany(k => new[] { SubBlockKind.Attention, SubBlockKind.Mlp }
                .Select(kind => new TopResult(kind, k, skipped[Skip.Top(kind, _model.Blocks.Count, k)]))),
        ];
        (Tensor? token, _) = TokenMap.Split(_model, _model.Embed(zeros(1, 3, _model.ImageSize, _model.ImageSize)));
        return new BlockProbeResult(
            name,
            _model.Info.Name,
            _model.Blocks.Count,
            _model.ImageSize,
            images.Train,
            images.Test,
            token is null ? "mean_token" : "class_token",
            (int)tested.Map(null).shape[2],
            headFits ? "head" : "ridge",
            images.Options,
            pooled,
            Interval.Of(right),
            embedding,
            results,
            top,
            BlockFinding.Of(top),
            clock.Elapsed.TotalSeconds);
    }

    private static Interval Change(InformationResult before, InformationResult after) =>
        Interval.Of([.. after.PerSeed.Zip(before.PerSeed, (a, b) => a - b)]);

    /// <summary>Predictions of a ridge regression onto the classes, fitted on training images: int64 [M].</summary>
    internal static Tensor RidgeAnswers(Tensor trainPooled, Tensor trainLabels, Tensor testPooled, int classes)
    {
        Tensor targets = nn.functional.one_hot(trainLabels, classes).to(ScalarType.Float32);
        return RidgeDecoder.Fit(trainPooled, targets).Predict(testPooled).argmax(1);
    }

    private static double[] Correct(Tensor answers, Tensor labels) => answers.eq(labels).to(ScalarType.Float64).data<double>().ToArray();
}
