namespace ReMem.Models;

/// <summary>What a network is usually trained from scratch with, at a batch of 64.</summary>
/// <param name="Sgd">SGD with momentum rather than AdamW.</param>
/// <param name="Lr">Peak learning rate.</param>
/// <param name="WeightDecay">Weight decay.</param>
internal sealed record UsualRate(bool Sgd, double Lr, double WeightDecay)
{
    /// <summary>
    /// Peak learning rate from pretrained weights. SGD's was chosen on validation (docs/results/fit.md), AdamW's is not tuned.
    /// </summary>
    public double PretrainedLr => Sgd ? 0.03 : 0.001;
}
