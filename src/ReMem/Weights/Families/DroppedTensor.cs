namespace ReMem.Weights.Families;

/// <summary>A tensor of a file that timm's model does not have.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Why">The reason, as a clause.</param>
internal sealed record DroppedTensor(string Name, string Why);
