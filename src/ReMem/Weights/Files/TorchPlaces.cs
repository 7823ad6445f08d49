namespace ReMem.Weights.Files;

/// <summary>Positions of a PyTorch archive's tensors in the file.</summary>
internal static class TorchPlaces
{
    /// <summary>A tensor's position, once that of its storage is known.</summary>
    public static PlacedTensor Place(string name, TorchTensor tensor)
    {
        long begin = Begin(tensor.Storage) + (tensor.First * TensorTypes.Size(tensor.Type));
        IReadOnlyList<long>? strides = StridedCopy.IsContiguous(tensor.Shape, tensor.Strides) ? null : tensor.Strides;
        return new PlacedTensor(new TensorEntry(name, tensor.Type, tensor.Shape), begin, strides);
    }

    private static long Begin(TorchStorage storage) => storage.Part is { } part ? part.Whole.Offset + part.Begin : storage.Offset;
}
