using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>A memory-mapped file with uncompressed tensors.</summary>
internal abstract class MappedWeightsFile : WeightsFile
{
    private readonly Dictionary<string, PlacedTensor> _places;

    private protected MappedWeightsFile(MappedFile file, IReadOnlyList<PlacedTensor> tensors)
    {
        File = file;
        _places = new Dictionary<string, PlacedTensor>(tensors.Count, StringComparer.Ordinal);
        var entries = new Dictionary<string, TensorEntry>(tensors.Count, StringComparer.Ordinal);
        foreach (PlacedTensor tensor in tensors)
        {
            if (!_places.TryAdd(tensor.Entry.Name, tensor))
                throw file.Broken($"tensor '{tensor.Entry.Name}' occurs twice in it");
            entries.Add(tensor.Entry.Name, tensor.Entry);
            if (Span(tensor) is not { } bytes || tensor.Offset < 0 || tensor.Offset > file.Length - bytes)
                throw file.Broken($"tensor '{tensor.Entry.Name}' of shape {TensorTypes.Text(tensor.Entry.Shape)} reaches past the end");
        }

        RequirePlausible(entries, file);
        Tensors = entries;
    }

    /// <inheritdoc/>
    public override string Path => File.Path;

    private protected MappedFile File { get; }

    /// <inheritdoc/>
    private protected override unsafe Tensor ReadCore(TensorEntry entry)
    {
        PlacedTensor place = _places[entry.Name];
        Tensor result = empty([.. entry.Shape], entry.Type);
        if (entry.Bytes == 0)
            return result;
        byte* source = File.At(place.Offset, Span(place)!.Value);
        fixed (byte* target = result.bytes)
            StridedCopy.ToContiguous(source, entry.Shape, place.Strides, TensorTypes.Size(entry.Type), target);
        return result;
    }

    /// <inheritdoc/>
    internal override bool TryMap(string name, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;

        // A compressed array of an npz cannot be mapped.
        if (!_places.TryGetValue(name, out PlacedTensor? place))
            return false;
        bool whole = place.Entry.Bytes is > 0 and <= int.MaxValue
            && (place.Strides is null || StridedCopy.IsContiguous(place.Entry.Shape, place.Strides));
        if (whole)
            bytes = File.Bytes(place.Offset, (int)place.Entry.Bytes);
        return whole;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => File.Dispose();

    /// <summary>Bytes from the first number to the end of the last one; null where strides or sizes are invalid.</summary>
    private static long? Span(PlacedTensor tensor)
    {
        int size = TensorTypes.Size(tensor.Entry.Type);
        if (TensorTypes.Bytes(tensor.Entry.Shape, size) is not { } contiguous)
            return null;
        if (tensor.Strides is not { } strides || contiguous == 0)
            return contiguous;
        Int128 last = 0;
        for (int d = 0; d < strides.Count; d++)
        {
            if (strides[d] < 0)
                return null;
            last += (Int128)(tensor.Entry.Shape[d] - 1) * strides[d];
        }

        Int128 bytes = (last + 1) * size;
        return bytes <= long.MaxValue ? (long)bytes : null;
    }
}
