using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>A tensor with timm's name, made from tensors of the file.</summary>
/// <param name="Entry">timm's name, with the type and shape of what <paramref name="Make"/> returns.</param>
/// <param name="Sources">The file's names.</param>
/// <param name="Make">Makes the value from theirs; null where it is the value of the single source.</param>
internal sealed record RenamedTensor(TensorEntry Entry, IReadOnlyList<string> Sources, Func<IReadOnlyList<Tensor>, Tensor>? Make = null);
