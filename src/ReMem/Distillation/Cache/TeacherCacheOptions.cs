using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation.Cache;

/// <summary>What a cache keeps of each of a teacher's answers.</summary>
internal sealed record TeacherCacheOptions
{
    /// <summary>Keeps the largest so many logits with their classes, and the mass of the rest, 0 to 65535; 0 keeps all, and so does a number of all classes or more. Default 0.</summary>
    [Range(0, TargetRow.MostClassesOfTopK - 1)]
    public int TopK { get; init; }

    /// <summary>Whether the pooled feature is kept, too. Default false.</summary>
    public bool Features { get; init; }

    /// <summary>What is kept of tokens and attention, which are large. Default null: neither.</summary>
    public TeacherCacheMaps? Maps { get; init; }

    /// <summary>Images a file, 1 to 1048576; rounded to whole batches where images are mixed, and fewer where they would take more than 256 MiB. What is built is lost by at most one when a build is killed. Default 1024.</summary>
    [Range(1, 1 << 20)]
    public int ShardSlots { get; init; } = 1024;
}
