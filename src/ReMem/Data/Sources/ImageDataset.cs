namespace ReMem.Data.Sources;

/// <summary>A data set: a class list and its splits.</summary>
/// <param name="Description">Where it came from, for reports.</param>
/// <param name="Classes">Class names in index order.</param>
/// <param name="Train">The training split.</param>
/// <param name="Validation">The split that choices are made on.</param>
/// <param name="Test">The split that results are reported on.</param>
/// <param name="Warnings">What a user should know: a class absent from validation, say.</param>
public sealed record ImageDataset(
    string Description,
    IReadOnlyList<string> Classes,
    IImageSource Train,
    IImageSource Validation,
    IImageSource Test,
    IReadOnlyList<string> Warnings);
