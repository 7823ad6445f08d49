using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>A tensor to be written, read only then.</summary>
/// <param name="Entry">Name, type and shape.</param>
/// <param name="Read">Reads its value: a new tensor, which the writer disposes.</param>
internal sealed record PendingTensor(TensorEntry Entry, Func<Tensor> Read)
{
    /// <summary>Writes the numbers, little-endian and in C order.</summary>
    /// <param name="stream">The output.</param>
    /// <param name="type">The type to write.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="InputException">A finite value does not fit the type.</exception>
    public void WriteTo(Stream stream, ScalarType type, string path)
    {
        if (Entry.Elements == 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor value = Read().detach().cpu();
        Tensor stored = value.to(type).contiguous();
        if (value.dtype != type && value.is_floating_point() && !stored.isfinite().eq(value.isfinite()).all().item<bool>())
            throw new InputException($"The tensor '{Entry.Name}' has values that {type} cannot hold.", path, "Store float32.");
        stream.Write(stored.bytes);
    }
}
