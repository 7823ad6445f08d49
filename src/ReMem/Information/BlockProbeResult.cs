using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>How the block probe works.</summary>
internal sealed record BlockProbeOptions
{
    /// <summary>Up to how many of the topmost halves of either kind are skipped together, 1 to the model's depth. Default 4.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1000)]
    public int Top { get; init; } = 4;
}

/// <summary>What the token stream keeps of the image at one place. Nats per pixel channel.</summary>
/// <param name="Token">Of the class token, or of the mean token where there is none.</param>
/// <param name="Patches">Of the patch tokens, as a map.</param>
internal sealed record StreamInformation(InformationResult Token, InformationResult Patches);

/// <summary>What changes when some halves are skipped.</summary>
/// <param name="Information">I_hat of the pooled feature without them.</param>
/// <param name="Lost">
/// What they lose: that less the whole model's, so that above 0 the feature would keep more without them. The interval is over decoder seeds, paired.
/// </param>
/// <param name="Verdict">Of I_hat without them against I_hat with them: "higher", "lower", or "inconclusive" where intervals overlap.</param>
/// <param name="Accuracy">Share of test images that are right without them; the interval is over images.</param>
/// <param name="AccuracyChange">That less the whole model's, paired by image.</param>
internal sealed record SkipResult(InformationResult Information, Interval Lost, string Verdict, Interval Accuracy, Interval AccuracyChange);

/// <summary>One half of a block.</summary>
/// <param name="Block">From 1 at the bottom.</param>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="After">The stream after it.</param>
/// <param name="TokenChange">I_hat of the token after it less before it, paired over decoder seeds.</param>
/// <param name="PatchesChange">Likewise of the patch tokens.</param>
/// <param name="Without">The model without it.</param>
/// <param name="Usage">How sparsely the MLP's units are used on test images; null for attention.</param>
internal sealed record SubBlockResult(
    int Block, SubBlockKind Kind, StreamInformation After, Interval TokenChange, Interval PatchesChange, SkipResult Without, ActivationUsage? Usage);

/// <summary>The topmost halves of one kind, skipped together.</summary>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="Count">How many.</param>
/// <param name="Without">The model without them.</param>
internal sealed record TopResult(SubBlockKind Kind, int Count, SkipResult Without);

/// <summary>A block probe: blocks.json.</summary>
/// <param name="Model">What it is called.</param>
/// <param name="Architecture">timm's name.</param>
/// <param name="Depth">Blocks.</param>
/// <param name="InputSize">Side of the model's input, pixels.</param>
/// <param name="TrainImages">Images that decoders learned on.</param>
/// <param name="TestImages">Images that they were judged on.</param>
/// <param name="Token">"class_token" or "mean_token": what <see cref="StreamInformation.Token"/> is of.</param>
/// <param name="MapGrid">Side of the patch tokens' map when it was measured.</param>
/// <param name="AccuracyBy">"head", or "ridge": a ridge classifier on the pooled feature, where the model's head is of other classes.</param>
/// <param name="Meter">The decoders' budget.</param>
/// <param name="Pooled">I_hat of the whole model's pooled feature.</param>
/// <param name="Accuracy">Of the whole model on the test images; the interval is over images.</param>
/// <param name="Embedding">The stream that enters the first block.</param>
/// <param name="SubBlocks">In the order they are computed.</param>
/// <param name="Top">The topmost ones skipped together.</param>
/// <param name="Finding">One sentence.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record BlockProbeResult(
    string Model,
    string Architecture,
    int Depth,
    int InputSize,
    int TrainImages,
    int TestImages,
    string Token,
    int MapGrid,
    string AccuracyBy,
    InformationMeterOptions Meter,
    InformationResult Pooled,
    Interval Accuracy,
    StreamInformation Embedding,
    IReadOnlyList<SubBlockResult> SubBlocks,
    IReadOnlyList<TopResult> Top,
    string Finding,
    double Seconds);
