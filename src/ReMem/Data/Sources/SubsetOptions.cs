using System.ComponentModel.DataAnnotations;

namespace ReMem.Data.Sources;

/// <summary>Which part of a training split is used; every class keeps one image or more.</summary>
public sealed record SubsetOptions
{
    /// <summary>At most this many images per class, 0 (all) or more. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int PerClass { get; init; }

    /// <summary>This share of every class, above 0 to 1. Default 1.</summary>
    [Range(1e-6, 1)]
    public double Fraction { get; init; } = 1;

    /// <summary>
    /// Classes shrink exponentially in their order, so that the largest has this many times the images of the last one (CIFAR-LT of Cui
    /// 2019: 10, 50 or 100), 1 (not at all) to 100000. Default 1.
    /// </summary>
    [Range(1.0, 100000)]
    public double LongTail { get; init; } = 1;

    /// <summary>Seed of the choice, any number. Default 0.</summary>
    public long Seed { get; init; }
}
