namespace ReMem.Weights;

/// <summary>One tensor of an inspected file.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Type">PyTorch's name, such as "float32".</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Becomes">timm's names of the tensors made from it; several where it is split.</param>
/// <param name="Dropped">Why timm's model does not use it; null where it does.</param>
internal sealed record InspectedTensor(string Name, string Type, IReadOnlyList<long> Shape, IReadOnlyList<string> Becomes, string? Dropped);
