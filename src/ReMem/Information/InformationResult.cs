using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>
/// I_hat(X; F) = R(best constant image) - R(decoder), in nats per pixel channel: a lower bound on the information that F keeps about the
/// image, up to the constant's own excess over H(X), which is the same for every F. 0 means that F kept nothing that a decoder can use.
/// </summary>
/// <param name="NatsPerChannel">Mean and 95 % interval over decoder seeds.</param>
/// <param name="PerSeed">I_hat of each decoder.</param>
/// <param name="ConstantLoss">Held-out loss of the best constant image, nats per pixel channel; mean over seeds.</param>
/// <param name="DecoderLosses">Held-out loss of each decoder.</param>
/// <param name="TestImages">Images it was evaluated on.</param>
/// <param name="LeakedImages">Test images left out since the identical image is among the training images.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record InformationResult(
    Interval NatsPerChannel,
    IReadOnlyList<double> PerSeed,
    double ConstantLoss,
    IReadOnlyList<double> DecoderLosses,
    int TestImages,
    int LeakedImages,
    double Seconds)
{
    /// <summary>
    /// Which of two features keeps more: "higher", "lower", or "inconclusive" where the intervals overlap, or where a single decoder gives
    /// none.
    /// </summary>
    public string VerdictAgainst(InformationResult other)
    {
        if (NatsPerChannel.HalfWidth is null || other.NatsPerChannel.HalfWidth is null || NatsPerChannel.Overlaps(other.NatsPerChannel))
            return "inconclusive";
        return NatsPerChannel.Mean > other.NatsPerChannel.Mean ? "higher" : "lower";
    }
}
