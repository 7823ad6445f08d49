using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation.Cache;

/// <summary>Criteria for removing caches. An omitted criterion has no effect.</summary>
internal sealed record TeacherCachePrunerOptions
{
    /// <summary>Caches not opened for more than this many days, 0 to 36500; null ignores the age. Default null.</summary>
    [Range(0.0, 36500)]
    public double? OlderThanDays { get; init; }

    /// <summary>
    /// The least recently used ones, until the rest takes at most this many bytes, 0 or more; null ignores the size. Default null.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long? MaxBytes { get; init; }

    /// <summary>
    /// Caches that cannot be used again: unreadable ones, and those whose teacher is missing or has other weights. Default false.
    /// </summary>
    public bool Stale { get; init; }

    /// <summary>All caches. Default false.</summary>
    public bool All { get; init; }
}
