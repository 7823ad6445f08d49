using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>A tensor under timm's name, made of tensors of the file.</summary>
/// <param name="Entry">timm's name, and what <paramref name="Make"/> gives.</param>
/// <param name="Sources">The file's names.</param>
/// <param name="Make">Their values to the value; null where it is the one source's as it stands.</param>
internal sealed record RenamedTensor(TensorEntry Entry, IReadOnlyList<string> Sources, Func<IReadOnlyList<Tensor>, Tensor>? Make = null);
