namespace ReMem.Data.Checks;

/// <summary>How alike the images of a group are.</summary>
internal enum DuplicateKind
{
    /// <summary>Identical bytes.</summary>
    Exact,

    /// <summary>The same picture, resized, recompressed or slightly retouched.</summary>
    Near,
}
