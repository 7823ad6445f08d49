using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>
/// A NumPy archive (numpy.savez or savez_compressed): a zip of arrays. Stored arrays are mapped, compressed ones unpacked when read.
/// </summary>
internal sealed class NpzFile : MappedWeightsFile
{
    private const string Extension = ".npy";
    private readonly IReadOnlyDictionary<string, PackedArray> _packed;

    private NpzFile(MappedFile file, IReadOnlyList<PlacedTensor> stored, IReadOnlyDictionary<string, PackedArray> packed)
        : base(file, stored)
    {
        _packed = packed;
        if (packed.Count == 0)
            return;
        var all = new Dictionary<string, TensorEntry>(Tensors, StringComparer.Ordinal);
        foreach ((string name, PackedArray array) in packed)
            all.Add(name, array.Tensor.Entry);
        RequirePlausible(all, file);
        Tensors = all;
    }

    /// <inheritdoc/>
    public override string Format => "NumPy npz";

    /// <summary>Whether an entry of a zip archive is an array.</summary>
    public static bool IsArray(string entry) => entry.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>Reads every array's header.</summary>
    /// <exception cref="InputException">A header is broken or does not fit its entry.</exception>
    public static NpzFile Open(MappedFile file, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        var stored = new List<PlacedTensor>();
        var packed = new Dictionary<string, PackedArray>(StringComparer.Ordinal);
        byte[] buffer = new byte[NpyHeader.MaxLength];
        foreach (ZipEntry entry in entries.Values.Where(e => IsArray(e.Name)))
        {
            string name = entry.Name[..^Extension.Length];
            Span<byte> start = buffer.AsSpan(0, (int)Math.Min(entry.Length, buffer.Length));
            ZipDirectory.Unpack(file, entry, start);
            if (NpyHeader.Read(name, start, file) is not { } header)
                continue;
            var tensor = new TensorEntry(name, header.Type, header.Shape);
            if (entry.Length - header.Length != tensor.Bytes)
                throw file.Broken($"its array '{name}' of shape {TensorTypes.Text(header.Shape)} needs {tensor.Bytes} bytes, but has "
                    + $"{entry.Length - header.Length}");
            var placed = new PlacedTensor(tensor, entry.Offset + header.Length, header.Strides());
            if (entry.IsStored)
                stored.Add(placed);
            else
                packed.Add(name, new PackedArray(placed, entry, header.Length));
        }

        return new NpzFile(file, stored, packed);
    }

    /// <inheritdoc/>
    private protected override unsafe Tensor ReadCore(TensorEntry entry)
    {
        if (!_packed.TryGetValue(entry.Name, out PackedArray? array))
            return base.ReadCore(entry);
        Tensor result = empty([.. entry.Shape], entry.Type);
        if (entry.Bytes == 0)
            return result;
        if (array.Tensor.Strides is not { } strides)
        {
            ZipDirectory.Unpack(File, array.Zip, result.bytes, array.HeaderLength);
            return result;
        }

        using Tensor unpacked = empty([entry.Elements], entry.Type);
        ZipDirectory.Unpack(File, array.Zip, unpacked.bytes, array.HeaderLength);
        fixed (byte* source = unpacked.bytes, target = result.bytes)
            StridedCopy.ToContiguous(source, entry.Shape, strides, TensorTypes.Size(entry.Type), target);
        return result;
    }

    private sealed record PackedArray(PlacedTensor Tensor, ZipEntry Zip, int HeaderLength);
}
