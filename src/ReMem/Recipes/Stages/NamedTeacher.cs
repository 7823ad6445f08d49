using ReMem.Models;

namespace ReMem.Recipes.Stages;

/// <summary>A teacher and its model folder, which is null where it has none.</summary>
internal sealed record NamedTeacher(ImageModel Model, string? Folder);
