namespace ReMem.Information;

/// <summary>The settings of the block probe.</summary>
internal sealed record BlockProbeOptions
{
    /// <summary>
    /// The maximal number of topmost sub-blocks of either kind that are skipped together, 1 to the model's depth. Default 4.
    /// </summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1000)]
    public int Top { get; init; } = 4;
}
