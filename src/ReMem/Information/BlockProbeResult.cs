using ReMem.Evaluation;

namespace ReMem.Information;

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
