namespace ReMem.Projects;

/// <summary>What <see cref="ReMemProject.FitAsync"/> makes, and in which time.</summary>
public sealed record ModelFitOptions
{
    /// <summary>Time for the whole, positive. Default null: as long as the proposed trainings take.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>timm's name of the teacher, a transformer. Default: by the number of cores.</summary>
    public string? Teacher { get; init; }

    /// <summary>The teacher's weights: a file, hf-hub:owner/name, local-dir:DIR or an https address. Default: timm's on the hub.</summary>
    public string? TeacherWeights { get; init; }

    /// <summary>timm's name of the student. Default: by the size of the images.</summary>
    public string? Student { get; init; }

    /// <summary>Weights that the student starts from, or "none". Default: timm's on the hub where there are any.</summary>
    public string? StudentWeights { get; init; }

    /// <summary>Side of the views in pixels, 8 to 2048. Default: by the images, the teacher and the number of cores.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Chooses the model by balanced accuracy instead of top-1. Default false.</summary>
    public bool Balanced { get; init; }
}
