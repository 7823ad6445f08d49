using System.ComponentModel.DataAnnotations;
using ReMem.Data;

namespace ReMem.Training;

/// <summary>How a model is trained. The same record serves teachers and students.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training split, 1 to 10000. Default 10.</summary>
    [Range(1, 10000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Images a step, 1 to 65536. Default 64.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Pieces in which a step's images go through the model, one after the other, 1 to 65536: less memory, and the same gradient where there is no
    /// BatchNorm. Default 1.
    /// </summary>
    [Range(1, 65536)]
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// What a model's forward pass computes in: "fp32", or "bf16", bfloat16 for products and convolutions with float32 weights, norms of the stream, softmax and loss.
    /// Default fp32.
    /// </summary>
    [AllowedValues("fp32", "bf16")]
    public string Precision { get; init; } = "fp32";

    /// <summary>
    /// Whether a transformer's blocks are computed again in the backward pass instead of kept: the same gradients, far less memory, about a third more time.
    /// timm's name. Default false.
    /// </summary>
    public bool GradCheckpointing { get; init; }

    /// <summary>"adamw", "lamb" or "sgd". Default adamw.</summary>
    [AllowedValues("adamw", "lamb", "sgd")]
    public string Optimizer { get; init; } = "adamw";

    /// <summary>Peak learning rate, above 0 to 100. Default 2e-4.</summary>
    [Range(1e-9, 100)]
    public double Lr { get; init; } = 2e-4;

    /// <summary>Weight decay, 0 to 10. Default 0.05.</summary>
    [Range(0.0, 10)]
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Momentum of SGD, 0 to below 1. Default 0.9.</summary>
    [Range(0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Epochs of linear warm-up, 0 to 1000; may be fractional. Default 1.</summary>
    [Range(0.0, 1000)]
    public double WarmupEpochs { get; init; } = 1;

    /// <summary>The cosine's end as a share of the peak, 0 to 1. Default 0.01.</summary>
    [Range(0.0, 1)]
    public double MinLrRatio { get; init; } = 0.01;

    /// <summary>Largest global norm of the gradient; 0 is no clipping. Default 1.</summary>
    [Range(0, 1e6)]
    public double ClipGrad { get; init; } = 1;

    /// <summary>Label smoothing of the cross-entropy, 0 to below 1. Default 0.</summary>
    [Range(0, 0.9999)]
    public double LabelSmoothing { get; init; }

    /// <summary>Stochastic depth at the last block, 0 to below 1. Default 0.</summary>
    [Range(0, 0.9999)]
    public double DropPath { get; init; }

    /// <summary>Smallest area share of the random resized crop, above 0 to 1. Default 0.35.</summary>
    [Range(0.01, 1)]
    public double CropScale { get; init; } = 0.35;

    /// <summary>Strength of brightness, contrast and saturation jitter, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double ColorJitter { get; init; }

    /// <summary>Chance of a horizontal flip, 0 to 1. Default 0.5.</summary>
    [Range(0.0, 1)]
    public double HorizontalFlip { get; init; } = 0.5;

    /// <summary>The policy after crop and flip: none, trivial, three, or timm's RandAugment string such as rand-m9-mstd0.5-inc1. Default none.</summary>
    [AugmentationName]
    public string Augmentation { get; init; } = "none";

    /// <summary>Chance that a view turns grey, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double Grayscale { get; init; }

    /// <summary>Chance of a Gaussian blur of 0.1 to 2 pixels, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double Blur { get; init; }

    /// <summary>Chance that a rectangle of 2 % to a third of the view becomes noise, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double RandomErasing { get; init; }

    /// <summary>Mixes the images of a batch by shares from Beta(alpha, alpha) (mixup), 0 to 100; 0 does not. Default 0.</summary>
    [Range(0.0, 100)]
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Swaps rectangles between the images of a batch by shares from Beta(alpha, alpha) (CutMix), 0 to 100; 0 does not. With both alphas each batch takes
    /// one by even chance. Default 0.
    /// </summary>
    [Range(0.0, 100)]
    public double CutmixAlpha { get; init; }

    /// <summary>Epochs between validations, 1 or more; the last epoch is always validated. Default 1.</summary>
    [Range(1, 10000)]
    public int ValidateEvery { get; init; } = 1;
}
