using System.ComponentModel.DataAnnotations;

namespace ReMem.Data;

/// <summary>How a data set is read. Fractions and seed matter only where a split is missing.</summary>
public sealed record DatasetOptions
{
    /// <summary>Share of each class that becomes validation where the source has none, 0.01 to 0.8. Default 0.15.</summary>
    [Range(0.01, 0.8)]
    public double ValFraction { get; init; } = 0.15;

    /// <summary>Share of each class that becomes test where the source has none, 0.01 to 0.8. Default 0.15.</summary>
    [Range(0.01, 0.8)]
    public double TestFraction { get; init; } = 0.15;

    /// <summary>The seed of that division, any number. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Parquet: the column of images. Default null: "image", else "img".</summary>
    public string? ImageColumn { get; init; }

    /// <summary>Parquet: the column of labels. Default null: "label", else "labels", else "fine_label".</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Parquet: encoded images larger together than this wait in a temporary file, not in memory; bytes, 0 or more. Default 1 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; init; } = 1L << 30;
}
