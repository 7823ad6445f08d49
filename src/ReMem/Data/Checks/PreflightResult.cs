using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>The result of a preflight.</summary>
/// <param name="Dataset">The data set without its bad images, and with <paramref name="Warnings"/> among its own.</param>
/// <param name="BadImages">The images left out.</param>
/// <param name="Counts">Usable images, by class in index order.</param>
/// <param name="Imbalance">Training images of the largest class divided by those of the smallest, 1 or more.</param>
/// <param name="LeakedImages">Validation and test images whose very bytes are in another split, too.</param>
/// <param name="NearLeakedImages">Further ones that show the same picture, resized, recompressed or slightly retouched.</param>
/// <param name="SmallestSide">The shortest side of any usable image, pixels.</param>
/// <param name="Warnings">Warnings for the user, each with a remedy.</param>
internal sealed record PreflightResult(
    ImageDataset Dataset,
    IReadOnlyList<BadImage> BadImages,
    IReadOnlyList<ClassImages> Counts,
    double Imbalance,
    int LeakedImages,
    int NearLeakedImages,
    int SmallestSide,
    IReadOnlyList<string> Warnings);
