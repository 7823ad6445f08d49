namespace ReMem.Data.Layouts;

/// <summary>A way in which a data set lies on disk: everything that is known of it.</summary>
/// <param name="Name">What a source may begin with: NAME:PATH.</param>
/// <param name="Description">What it is, for help.</param>
/// <param name="Read">Reads the splits that a path has.</param>
internal sealed record DatasetLayout(string Name, string Description, Func<string, DatasetOptions, RawDataset> Read)
{
    /// <summary>What its files end in, by which a file or pattern shows it. Default none: it is a folder.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Whether a folder that exists shows this layout. Default never.</summary>
    public Func<string, bool> Recognises { get; init; } = _ => false;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
