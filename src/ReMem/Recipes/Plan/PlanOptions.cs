using System.ComponentModel.DataAnnotations;

namespace ReMem.Recipes.Plan;

/// <summary>How a run is planned.</summary>
internal sealed record PlanOptions
{
    /// <summary>Parts computed at once, 1 to 256; contention between N processes is measured with N at once. Default 1.</summary>
    [Range(1, 256)]
    public int Jobs { get; init; } = 1;

    /// <summary>Minimal number of timed training steps of each kind, after two or more warm-up steps, 1 to 100. Default 3.</summary>
    [Range(1, 100)]
    public int Steps { get; init; } = 3;

    /// <summary>
    /// Minimal timed seconds of each kind, after a third of that as warm-up, 0 to 60: the first steps of a process are slow, until its code
    /// is fully compiled. Default 1.5.
    /// </summary>
    [Range(0.0, 60)]
    public double Window { get; init; } = 1.5;

    /// <summary>Seconds after which no further step of a kind is started, 0.1 to 600; two are always timed. Default 6.</summary>
    [Range(0.1, 600)]
    public double Seconds { get; init; } = 6;
}
