using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>A block probe: blocks.json.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Architecture">timm's name.</param>
/// <param name="Depth">Blocks.</param>
/// <param name="InputSize">Side of the model's input, pixels.</param>
/// <param name="TrainImages">Images that decoders were trained on.</param>
/// <param name="TestImages">Images that decoders were evaluated on.</param>
/// <param name="Token">"class_token" or "mean_token": the token of <see cref="StreamInformation.Token"/>.</param>
/// <param name="MapGrid">Side of the measured map of patch tokens.</param>
/// <param name="AccuracyBy">"head", or "ridge": a ridge classifier on the pooled feature, where the model's head has other classes.</param>
/// <param name="Meter">The decoders' budget.</param>
/// <param name="Pooled">I_hat of the whole model's pooled feature.</param>
/// <param name="Accuracy">Accuracy of the whole model on the test images; the interval is over images.</param>
/// <param name="Embedding">The stream that enters the first block.</param>
/// <param name="SubBlocks">In the order of computation.</param>
/// <param name="Top">The topmost sub-blocks, skipped together.</param>
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
