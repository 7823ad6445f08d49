namespace ReMem.Reports;

/// <summary>The data that a comparison was made on.</summary>
/// <param name="Description">Where it came from.</param>
/// <param name="ImageSize">Side of the square views, pixels.</param>
/// <param name="Classes">In index order.</param>
/// <param name="Warnings">Warnings for the reader.</param>
internal sealed record DataSection(string Description, int ImageSize, IReadOnlyList<ClassCount> Classes, IReadOnlyList<string> Warnings)
{
    /// <summary>The images without labels, in words; null where there are none.</summary>
    public string? Unlabelled { get; init; }

    /// <summary>Images for training.</summary>
    public int Train => Classes.Sum(c => c.Train);

    /// <summary>Images for validation.</summary>
    public int Validation => Classes.Sum(c => c.Validation);

    /// <summary>Images for test.</summary>
    public int Test => Classes.Sum(c => c.Test);
}
