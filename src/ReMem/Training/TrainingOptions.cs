using System.ComponentModel.DataAnnotations;
using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>How a model is trained. The same record serves teachers and students.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training split, 1 to 10000. Default 10.</summary>
    [Range(1, 10000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Images per step, 1 to 65536. Default 64.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Pieces in which a step's images go through the model, one after the other, 1 to 65536: less memory, and the same gradient where
    /// there is no BatchNorm. Default 1.
    /// </summary>
    [Range(1, 65536)]
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// What a model's forward pass computes in: fp32, or bf16, bfloat16 for products and convolutions with float32 weights,
    /// norms of the stream, softmax and loss.
    /// Default fp32.
    /// </summary>
    [EnumDataType(typeof(Precision))]
    public Precision Precision { get; init; }

    /// <summary>
    /// Whether a transformer's blocks are computed again in the backward pass instead of kept: the same gradients, far less memory,
    /// about a third more time.
    /// timm's name. Default false.
    /// </summary>
    public bool GradCheckpointing { get; init; }

    /// <summary>What steps the weights: adamw, lamb or sgd. Default adamw.</summary>
    [EnumDataType(typeof(OptimizerKind))]
    public OptimizerKind Optimizer { get; init; }

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

    /// <summary>What happens to a training view after its crop.</summary>
    [Inlined]
    public ViewPolicy Views { get; init; } = new();

    /// <summary>Mixes the images of a batch by shares from Beta(alpha, alpha) (mixup), 0 to 100; 0 does not. Default 0.</summary>
    [Range(0.0, 100)]
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Swaps rectangles between the images of a batch by shares from Beta(alpha, alpha) (CutMix), 0 to 100; 0 does not. With both alphas
    /// each batch takes one by even chance. Default 0.
    /// </summary>
    [Range(0.0, 100)]
    public double CutmixAlpha { get; init; }

    /// <summary>Epochs between validations, 1 or more; the last epoch is always validated. Default 1.</summary>
    [Range(1, 10000)]
    public int ValidateEvery { get; init; } = 1;

    /// <summary>
    /// Keeps an exponential moving average of weights and BatchNorm statistics, which is then what is validated and saved: this much of it
    /// stays at a step, 0 (no average) to 0.999999. The decay starts lower, as timm's warm-up has it: 1 - (1 + step)^(-2/3) at most.
    /// Default 0.
    /// </summary>
    [Range(0, 0.999999)]
    public double EmaDecay { get; init; }

    /// <summary>
    /// The weights that are left at the end: last, or best on the validation split. Default last: the schedule ends at the last epoch, and
    /// a choice among epochs would flatter the validation scores that methods are compared by.
    /// </summary>
    [EnumDataType(typeof(KeepPolicy))]
    public KeepPolicy Keep { get; init; }

    /// <summary>
    /// What makes an epoch the best: top1 on validation (the loss decides between equals), or loss, its cross-entropy. Default top1.
    /// </summary>
    [EnumDataType(typeof(MonitoredScore))]
    public MonitoredScore Monitor { get; init; }

    /// <summary>
    /// Stops once so many epochs have passed since the best one, 1 to 10000; 0 never stops early. Needs keep: best. Default 0.
    /// </summary>
    [Range(0, 10000)]
    public int Patience { get; init; }

    /// <summary>
    /// Layer-wise decay of the learning rate, above 0 to 1: block i of n learns at decay^(n + 1 - i) of the rate, i from 1, and what embeds
    /// the image at decay^(n + 1), as timm's layer_decay. 0.65 to 0.85 is usual for a pretrained ViT. Default 1: one rate for all.
    /// </summary>
    [Range(0.01, 1)]
    public double LayerDecay { get; init; } = 1;

    /// <summary>
    /// What is not trained: "none"; a number n, which is what embeds the image and the first n blocks (all blocks leave the classifier
    /// alone); or names of modules or parameters, such as "patch_embed, blocks.0". Default none.
    /// </summary>
    [ReadAs<FrozenPart>]
    public string Freeze { get; init; } = "none";

    /// <summary>
    /// How often classes are drawn: "uniform", every image once an epoch; "balanced", every class alike; "sqrt",
    /// by the square root of its size (Kang 2020). An
    /// epoch has as many images in any case. An image that comes again within an epoch shows another view, unless views are recycled.
    /// Default uniform.
    /// </summary>
    public ClassSampling Sampling { get; init; }

    /// <summary>
    /// Weights of the classes in the cross-entropy with labels: "none"; "effective(beta)", by the effective number of images,
    /// beta of 0 to below 1
    /// (Cui 2019), 0.999 where left out; "inverse", by the number of images. Default none.
    /// </summary>
    [ReadAs<ClassWeights>]
    public string ClassWeights { get; init; } = "none";

    /// <summary>
    /// Adds so much of the logarithm of a class's share to its logit in the cross-entropy with labels, 0 to 10 (logit adjustment, Menon
    /// 2021), so that the plain logits answer as for balanced classes; 1 is the paper's. Default 0.
    /// </summary>
    [Range(0.0, 10)]
    public double LogitAdjustment { get; init; }

    /// <summary>
    /// "none", or "from(size,share)": the first epoch's views have that side in pixels,
    /// 8 or more (32 where the network halves them five times), and grow evenly to
    /// the full size over that share of the epochs, above 0 to 1, 0.5 where left out. For convolutional networks;
    /// a teacher sees full views. Default none.
    /// </summary>
    [ReadAs<Progression>]
    public string Progressive { get; init; } = "none";

    /// <summary>Refuses settings that cannot be read or contradict each other.</summary>
    /// <param name="where">Named in the error.</param>
    internal void RequireConsistent(string where)
    {
        FrozenPart.RequireReadable(Freeze, where);
        Training.ClassWeights.RequireReadable(ClassWeights, where);
        Progression.RequireReadable(Progressive, where);
        bool weighted = ClassWeights != "none";
        if (weighted && (Sampling != ClassSampling.Uniform || LogitAdjustment > 0))
        {
            string other = LogitAdjustment > 0 ? "logit adjustment" : "class-aware sampling";
            throw new InputException($"Class weights and {other} both make up for unequal classes; together they do it twice.", where,
                "Leave one of them out.");
        }

        if (LogitAdjustment > 0 && Sampling == ClassSampling.Balanced)
            throw new InputException("With balanced sampling every class is seen equally often, which leaves nothing for logit adjustment.",
                where, "Leave one of them out.");
        if (Patience > 0 && Keep != KeepPolicy.Best)
        {
            throw new InputException(
                $"With patience {Patience} and keep 'last' the training would stop at weights that are {Patience} epochs past their best.",
                where, "Add training.keep=best, or leave patience out.");
        }
    }
}
