using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation.Cache;

/// <summary>The outputs of a teacher that a cache stores.</summary>
internal sealed record TeacherCacheOptions
{
    /// <summary>
    /// Stores this many of the largest logits with their classes, and the mass of the rest, 0 to 65535; 0 stores all, and so does the
    /// number of classes or more. Default 0.
    /// </summary>
    [Range(0, TargetRow.MaxClassesOfTopK - 1)]
    public int TopK { get; init; }

    /// <summary>Whether the pooled feature is also stored. Default false.</summary>
    public bool Features { get; init; }

    /// <summary>The stored tokens and attention, which are large. Default null: neither.</summary>
    public TeacherCacheMaps? Maps { get; init; }

    /// <summary>
    /// Images per file, 1 to 1048576; rounded to whole batches where images are mixed, and fewer where they would take more than 256 MiB. A
    /// killed build loses at most one file. Default 1024.
    /// </summary>
    [Range(1, 1 << 20)]
    public int ShardSlots { get; init; } = 1024;
}
