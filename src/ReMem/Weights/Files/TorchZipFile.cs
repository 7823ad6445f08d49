using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// The format of torch.save since PyTorch 1.6: a zip of <c>data.pkl</c>, which names tensors, and <c>data/KEY</c>, the numbers of a
/// storage, stored and aligned.
/// </summary>
internal sealed class TorchZipFile : MappedWeightsFile
{
    /// <summary>The entry that identifies a PyTorch archive, in the archive's only folder.</summary>
    public const string PickleName = "data.pkl";

    private TorchZipFile(MappedFile file, TorchContents contents)
        : base(file, contents.Place()) =>
            (Metadata, Dictionaries, SteppedOver) = (contents.Metadata, contents.Dictionaries, contents.SteppedOver);

    /// <inheritdoc/>
    public override string Format => "PyTorch zip archive";

    /// <summary>Reads the pickle and finds every storage.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="entries">Its directory.</param>
    /// <param name="pickle">Its data.pkl.</param>
    /// <exception cref="InputException">A program (TorchScript), big-endian, compressed, damaged, or without a tensor.</exception>
    public static TorchZipFile Open(MappedFile file, IReadOnlyDictionary<string, ZipEntry> entries, ZipEntry pickle)
    {
        string folder = pickle.Name[..^PickleName.Length];
        if (entries.ContainsKey($"{folder}constants.pkl")
            || entries.Keys.Any(n => n.StartsWith($"{folder}code/", StringComparison.Ordinal)))
            throw WeightsErrors.TorchScript(file.Path);
        if (entries.TryGetValue($"{folder}byteorder", out ZipEntry? order) && order.IsStored
            && file.Bytes(order.Offset, (int)Math.Min(order.Packed, 6)).SequenceEqual("big"u8))
            throw WeightsErrors.BigEndian(file.Path);
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        var objects = new TorchObjects(file, (named, _) =>
        {
            if (storages.TryGetValue(named.Key, out TorchStorage? known) && known.Bytes >= named.Bytes && known.Type == named.Type)
                return known;
            ZipEntry entry = entries.GetValueOrDefault($"{folder}data/{named.Key}")
                ?? throw file.Broken($"it lacks the numbers of its storage '{named.Key}'");
            RequireStored(entry, file);
            if (entry.Length < named.Bytes)
                throw file.Broken($"its storage '{named.Key}' has {entry.Length} bytes, not {named.Bytes}");
            named.Offset = entry.Offset;
            return storages[named.Key] = named;
        });
        RequireStored(pickle, file);
        object? root = PickleReader.Read(new ByteCursor(file, pickle.Offset, pickle.Offset + pickle.Length), file, objects);
        return new TorchZipFile(file, TorchState.Find(root, objects.SteppedOver, file));
    }

    private static void RequireStored(ZipEntry entry, MappedFile file)
    {
        if (!entry.IsStored)
            throw WeightsErrors.Compressed(entry.Name, file.Path);
    }
}
