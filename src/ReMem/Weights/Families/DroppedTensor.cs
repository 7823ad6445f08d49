namespace ReMem.Weights.Families;

/// <summary>A tensor of a file that timm's model of that kind lacks.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Why">Half a sentence.</param>
public sealed record DroppedTensor(string Name, string Why);
