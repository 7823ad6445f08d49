using ReMem.Data.Decoding;

namespace ReMem.Data.Checks;

/// <summary>What an inspection found.</summary>
/// <param name="Description">Where the data set came from.</param>
/// <param name="Splits">train, val and test.</param>
/// <param name="Classes">Usable images, by class in index order.</param>
/// <param name="ChannelMeans">Mean red, green and blue of the training images, in [0, 1]; of a large image every n-th pixel counts.</param>
/// <param name="ChannelDeviations">The same pixels' standard deviations.</param>
/// <param name="BadImages">Images that cannot be decoded, each with the reason.</param>
/// <param name="Duplicates">Exact copies and near-duplicates, within and across splits.</param>
/// <param name="LeakedImages">Validation and test images that are byte for byte in an earlier split.</param>
/// <param name="NearLeakedImages">Further ones that are near-duplicates of an image in another split.</param>
/// <param name="LabelConflicts">Number of pictures with several labels.</param>
/// <param name="Warnings">Warnings for the user, each with a remedy.</param>
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
