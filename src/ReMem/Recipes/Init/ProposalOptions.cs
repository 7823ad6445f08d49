using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;

namespace ReMem.Recipes.Init;

/// <summary>The user's choices for a recipe to propose.</summary>
internal sealed record ProposalOptions
{
    /// <summary>The images, as <see cref="DataRecipe.Source"/>. Required.</summary>
    [Required]
    public string Source { get; init; } = string.Empty;

    /// <summary>Images without labels, as <see cref="DataRecipe.Unlabelled"/>. Default none.</summary>
    public string? Unlabelled { get; init; }

    /// <summary>timm's name of the teacher, a transformer. Default: by the number of cores.</summary>
    public string? Model { get; init; }

    /// <summary>The teacher's weights, as <see cref="TeacherRecipe.Weights"/>. Default: timm's on the hub.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// The prefix of the teacher's names in the file, as <see cref="TeacherRecipe.WeightsPrefix"/>. Default: it is found.
    /// </summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>timm's name of the student. Default: by the image size.</summary>
    public string? Student { get; init; }

    /// <summary>
    /// Weights that the student starts from, as <see cref="StudentRecipe.Weights"/>; "none" starts from scratch. Default: timm's on the hub
    /// where there are any.
    /// </summary>
    public string? StudentWeights { get; init; }

    /// <summary>Side of the views in pixels, 8 to 2048. Default: by the images, the teacher and the number of cores.</summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>Cores to compute on, 1 to 1024. Default: this machine's.</summary>
    [Range(1, 1024)]
    public int Cores { get; init; } = Math.Min(1024, Environment.ProcessorCount);

    internal ProposalOptions Validated()
    {
        DataOptions.Validate(this, "init");
        return this;
    }
}
