using System.ComponentModel.DataAnnotations;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Distillation;
using ReMem.Runtime;

namespace ReMem.Recipes;

/// <summary>The images of a recipe.</summary>
internal sealed record DataRecipe
{
    /// <summary>A path, or LAYOUT:PATH?KEY=VALUE (docs/datasets.md), relative to the working directory. Required.</summary>
    [Required]
    public string Source { get; init; } = string.Empty;

    /// <summary>Side of the square views in pixels, 8 to 2048, where teacher or student have none of their own. Default 224.</summary>
    [Range(8, 2048)]
    public int ImageSize { get; init; } = 224;

    /// <summary>How the source is divided where it has no such splits.</summary>
    [Inlined(
        nameof(DatasetOptions.ValFraction),
        nameof(DatasetOptions.TestFraction),
        nameof(DatasetOptions.Seed),
        nameof(DatasetOptions.KeepNearDuplicatesTogether))]
    public DatasetOptions Reading { get; init; } = new();

    /// <summary>
    /// Validation and test images that are in another split, too: "fail" at exact copies, "strict" also at near-duplicates, "warn" at none.
    /// Default fail.
    /// </summary>
    public LeakagePolicy OnLeakage { get; init; } = LeakagePolicy.Fail;

    /// <summary>
    /// Images without labels, from which students with a teacher learn what the teacher says of them: a source as data.source, or a folder
    /// of images without class folders. Labels that it has are ignored; copies of validation, test and labelled images are left out.
    /// Default none.
    /// </summary>
    public string? Unlabelled { get; init; }

    /// <summary>Unlabelled images per labelled image in every batch, 0 to 100; 0 takes both as often as they occur. Default 0.</summary>
    [Range(0.0, 100)]
    public double UnlabelledRatio { get; init; }

    /// <summary>Which unlabelled images are used, by what the teacher says of them. Default all.</summary>
    [ReadAs<UnlabelledSelection>]
    public string UnlabelledKeep { get; init; } = UnlabelledSelection.All;

    /// <summary>Which part of the training split is used. Default all.</summary>
    public SubsetOptions Subset { get; init; } = new();

    /// <summary>
    /// Whether each seed of a run draws another part of the training split, by subset.seed plus the seed, so that an interval over seeds
    /// is also one over what happened to be labelled. Default false: all seeds have the same images.
    /// </summary>
    public bool SubsetBySeed { get; init; }

    /// <summary>What happens to an image that cannot be decoded: fail or skip. Default fail.</summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Fail;

    /// <summary>Evaluation resizes the shorter side to image_size / crop_pct before the centre crop, 0.5 to 1. Default 0.9.</summary>
    [Range(0.5, 1)]
    public double CropPct { get; init; } = 0.9;

    /// <summary>
    /// At most this many training images, spread over the classes by the split seed, and as many unlabelled ones; 0 is all. Default 0.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxTrain { get; init; }

    /// <summary>At most this many validation and this many test images; 0 is all. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MaxEval { get; init; }

    /// <summary>The images of one seed of a run.</summary>
    internal DataRecipe OfSeed(int seed) => SubsetBySeed ? this with { Subset = Subset with { Seed = Subset.Seed + seed } } : this;
}
