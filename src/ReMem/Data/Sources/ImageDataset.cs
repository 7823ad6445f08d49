namespace ReMem.Data.Sources;

/// <summary>A data set: a class list and its splits.</summary>
/// <param name="Description">Where it came from, for reports.</param>
/// <param name="Classes">Class names in index order.</param>
/// <param name="Train">The training split.</param>
/// <param name="Validation">The split for choices.</param>
/// <param name="Test">The split for reported results.</param>
/// <param name="Warnings">Warnings for the user, such as a class that is absent from validation.</param>
public sealed record ImageDataset(
    string Description,
    IReadOnlyList<string> Classes,
    IImageSource Train,
    IImageSource Validation,
    IImageSource Test,
    IReadOnlyList<string> Warnings);
