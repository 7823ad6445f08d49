using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation.Cache;

/// <summary>Which caches are no longer wanted. What is left out spares none and condemns none.</summary>
internal sealed record TeacherCachePrunerOptions
{
    /// <summary>Those that were not opened for longer than so many days, 0 to 36500; null does not look at their age. Default null.</summary>
    [Range(0.0, 36500)]
    public double? OlderThanDays { get; init; }

    /// <summary>The longest unused, until the others together take at most so many bytes, 0 or more; null does not look at their size. Default null.</summary>
    [Range(0, long.MaxValue)]
    public long? MaxBytes { get; init; }

    /// <summary>Those that cannot be used again: unreadable ones, and those whose teacher is gone or has other weights now. Default false.</summary>
    public bool Stale { get; init; }

    /// <summary>All of them. Default false.</summary>
    public bool All { get; init; }
}
