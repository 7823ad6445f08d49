namespace ReMem.Recipes.Stages;

/// <summary>The error for a folder that another process uses.</summary>
/// <param name="path">The folder.</param>
internal sealed class FolderInUseException(string path)
    : InputException("The output folder is in use by another run.", path, "Wait for that run, or give another folder with --out.");
