using ReMem.Evaluation;
using ReMem.Models;

namespace ReMem.Recipes.Stages;

/// <summary>A teacher of a student.</summary>
/// <param name="Model">In eval mode.</param>
/// <param name="Folder">Its model folder; null where it has none.</param>
/// <param name="Validation">What it answers on the validation split; null where that is not known.</param>
internal sealed record NamedTeacher(ImageModel Model, string? Folder, ModelOutputs? Validation = null);
