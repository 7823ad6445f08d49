using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// The format of torch.save before PyTorch 1.6: pickles of a magic number, a version, the system, the object and the list of storages, then
/// each storage as its count and its numbers.
/// </summary>
internal sealed class TorchLegacyFile : MappedWeightsFile
{
    private const long Version = 1001;

    /// <summary>The pickle of PyTorch's magic number without its protocol: an integer of ten bytes.</summary>
    private static ReadOnlySpan<byte> Magic => [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private TorchLegacyFile(MappedFile file, TorchContents contents)
        : base(file, contents.Place()) =>
            (Metadata, Dictionaries, SteppedOver) = (contents.Metadata, contents.Dictionaries, contents.SteppedOver);

    /// <inheritdoc/>
    public override string Format => "PyTorch legacy archive";

    /// <summary>Whether a file's first bytes are those of the format.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start)
    {
        // From protocol 4 on, a frame length precedes the number.
        const int Frame = 9;
        bool HasMagic(ReadOnlySpan<byte> rest) => rest.StartsWith(Magic);
        return start.Length > 2 + Frame && start[0] == 0x80
            && (HasMagic(start[2..]) || (start[2] == 0x95 && HasMagic(start[(2 + Frame)..])));
    }

    /// <summary>Reads the pickles and finds every storage.</summary>
    /// <exception cref="InputException">Truncated, big-endian, damaged, or without a tensor.</exception>
    public static new TorchLegacyFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path, "PyTorch archive");
        try
        {
            return Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static TorchLegacyFile Read(MappedFile file)
    {
        var storages = new TorchLegacyStorages(file);
        var objects = new TorchObjects(file, storages.Resolve, storages.Pass);
        var cursor = new ByteCursor(file, 0, file.Length);
        object? Next() => PickleReader.Read(cursor, file, objects);

        Next();
        if (Next() is not Version)
            throw file.Broken("its version is unknown");
        if (Next() is not PickleDictionary system)
            throw file.Broken("it does not state the system that it was written on");
        if (system.Items.Exists(i => i is { Key: "little_endian", Value: false }))
            throw WeightsErrors.BigEndian(file.Path);
        TorchContents contents = TorchState.Find(Next(), objects.SteppedOver, file);
        if (Next() is not List<object?> keys)
            throw file.Broken("it does not list its storages");
        storages.Place(keys, cursor);
        return new TorchLegacyFile(file, contents);
    }
}
