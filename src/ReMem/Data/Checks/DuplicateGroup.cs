namespace ReMem.Data.Checks;

/// <summary>Images that show the same picture.</summary>
/// <param name="Kind">How alike they are; a near group holds exact copies of its members, too.</param>
/// <param name="Images">Two or more, in the order train, val, test.</param>
internal sealed record DuplicateGroup(DuplicateKind Kind, IReadOnlyList<DuplicateImage> Images)
{
    /// <summary>Whether they are in several splits: scores are then too good.</summary>
    public bool AcrossSplits => Images.Any(i => i.Split != Images[0].Split);

    /// <summary>Whether they have several labels, of which at most one is right.</summary>
    public bool DifferentLabels => Images.Any(i => i.Class != Images[0].Class);
}
