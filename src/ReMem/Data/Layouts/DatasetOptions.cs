using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

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
    [SettingKey("split_seed")]
    public long Seed { get; init; }

    /// <summary>
    /// Parquet: the column of images, default "image", else "img". Tables: the column of paths, default "path", else "file_name",
    /// "filename", "file",
    /// "image", "image_path" or "filepath". WebDataset: the images' extension, default any.
    /// </summary>
    public string? ImageColumn { get; init; }

    /// <summary>
    /// Parquet: the column of labels, default "label", else "labels", else "fine_label". Tables: default "label", else "class",
    /// "labels" or "target".
    /// WebDataset: the labels' extension or JSON key, default "cls", else "label" or "class" of the JSON. CIFAR-100:
    /// "fine" (default) or "coarse".
    /// </summary>
    public string? LabelColumn { get; init; }

    /// <summary>Tables: the column of splits (train, val, test). Default null: "split", else "subset", else the file's own name.</summary>
    public string? SplitColumn { get; init; }

    /// <summary>
    /// Parquet and tables: the column of groups, such as one patient's or one object's images, which a division keeps in one split. Default
    /// null: none, for tables "group" where it exists.
    /// </summary>
    public string? GroupColumn { get; init; }

    /// <summary>
    /// A text file of class names, one a line: labels that are numbers count its lines from 0, and labels that are the first word of its
    /// lines are called by the rest. Default null: a labels.txt or classes.txt next to tables,
    /// WebDataset shards and IDX files whose labels are numbers.
    /// </summary>
    public string? LabelsFile { get; init; }

    /// <summary>Whether a division keeps near-duplicates in one split, which decodes every image first. Default false.</summary>
    public bool KeepNearDuplicatesTogether { get; init; }

    /// <summary>
    /// Parquet: encoded images larger together than this wait in a temporary file, not in memory; bytes, 0 or more. Default 1 GiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Whether the images must have labels. Default true; false reads every image that there is,
    /// and the labels that are found mean nothing.
    /// </summary>
    internal bool NeedsLabels { get; init; } = true;

    /// <summary>Refuses shares that leave too little for training.</summary>
    /// <param name="where">Named in the error.</param>
    internal void RequireRoom(string? where = null)
    {
        if (ValFraction + TestFraction > 0.9)
        {
            throw new InputException(
                $"Validation and test take {ValFraction:0.##} + {TestFraction:0.##} of every class.",
                where,
                "Leave at least 0.1 for training.");
        }
    }
}
