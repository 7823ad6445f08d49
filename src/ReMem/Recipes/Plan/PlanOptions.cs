using System.ComponentModel.DataAnnotations;

namespace ReMem.Recipes.Plan;

/// <summary>How a run is planned.</summary>
internal sealed record PlanOptions
{
    /// <summary>Parts computed at once, 1 to 256; what N processes slow each other is measured by N at once. Default 1.</summary>
    [Range(1, 256)]
    public int Jobs { get; init; } = 1;

    /// <summary>Training steps that are timed of each kind at least, after two or more that warm up, 1 to 100. Default 3.</summary>
    [Range(1, 100)]
    public int Steps { get; init; } = 3;

    /// <summary>
    /// Seconds that are timed of each kind at least, after a third of that to warm up, 0 to 60: the first steps of a process are slow, until its code is
    /// compiled for good. Default 1.5.
    /// </summary>
    [Range(0.0, 60)]
    public double Window { get; init; } = 1.5;

    /// <summary>Seconds after which no further step of a kind is begun, 0.1 to 600; two are always timed. Default 6.</summary>
    [Range(0.1, 600)]
    public double Seconds { get; init; } = 6;
}
