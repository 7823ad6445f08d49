namespace ReMem.Information;

/// <summary>How the block probe works.</summary>
internal sealed record BlockProbeOptions
{
    /// <summary>Up to how many of the topmost halves of either kind are skipped together, 1 to the model's depth. Default 4.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1000)]
    public int Top { get; init; } = 4;
}
