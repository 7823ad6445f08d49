using ReMem.Data.Decoding;

namespace ReMem.Data.Checks;

/// <summary>What an inspection found.</summary>
/// <param name="Description">Where the data set came from.</param>
/// <param name="Splits">train, val and test.</param>
/// <param name="Classes">Usable images, by class in index order.</param>
/// <param name="ChannelMeans">Of the training images' red, green and blue, in [0, 1]; of a large image every n-th pixel counts.</param>
/// <param name="ChannelDeviations">The same pixels' standard deviations.</param>
/// <param name="BadImages">Images that cannot be decoded, each with the reason.</param>
/// <param name="Duplicates">Exact copies and near-duplicates, within and across splits.</param>
/// <param name="LeakedImages">Validation and test images whose very bytes are in an earlier split, too.</param>
/// <param name="NearLeakedImages">Further ones that show the same picture as one in another split.</param>
/// <param name="LabelConflicts">Pictures that have several labels.</param>
/// <param name="Warnings">What a user should know, each with what to do about it.</param>
internal sealed record InspectionResult(
    string Description,
    IReadOnlyList<SplitFacts> Splits,
    IReadOnlyList<ClassImages> Classes,
    IReadOnlyList<double> ChannelMeans,
    IReadOnlyList<double> ChannelDeviations,
    IReadOnlyList<BadImage> BadImages,
    IReadOnlyList<DuplicateGroup> Duplicates,
    int LeakedImages,
    int NearLeakedImages,
    int LabelConflicts,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Classes that have training images of which none can be used.</summary>
    public IReadOnlyList<string> LostClasses { get; init; } = [];
}
