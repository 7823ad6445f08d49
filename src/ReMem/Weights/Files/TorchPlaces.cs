namespace ReMem.Weights.Files;

/// <summary>Where a PyTorch archive's tensors lie in the file.</summary>
internal static class TorchPlaces
{
    /// <summary>A tensor's place, once its storage has one.</summary>
    public static PlacedTensor Place(string name, TorchTensor tensor)
    {
        long begin = Begin(tensor.Storage) + (tensor.First * TensorTypes.Size(tensor.Type));
        IReadOnlyList<long>? strides = StridedCopy.IsContiguous(tensor.Shape, tensor.Strides) ? null : tensor.Strides;
        return new PlacedTensor(new TensorEntry(name, tensor.Type, tensor.Shape), begin, strides);
    }

    private static long Begin(TorchStorage storage) => storage.Part is { } part ? part.Whole.Offset + part.Begin : storage.Offset;
}
