using System.Buffers.Binary;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// Finds the storages of a file of PyTorch before 1.6. They are stored one after the other without an index, so that those of an
/// unsupported type (mostly complex or quantised numbers) have to be skipped by their size: the known one, or the one with which all
/// following storages have the counts that the pickle names.
/// </summary>
/// <param name="file">The archive.</param>
internal sealed class TorchLegacyStorages(MappedFile file)
{
    private const int CountBytes = 8, MaxUnknown = 4;
    private static readonly int[] Candidates = [1, 2, 4, 8, 16];

    private readonly Dictionary<string, TorchStorage> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Type, long Elements)> _passed = new(StringComparer.Ordinal);

    /// <summary>Bytes per number, by type.</summary>
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal)
    {
        ["ComplexFloatStorage"] = 8,
        ["ComplexDoubleStorage"] = 16,
        ["QInt8Storage"] = 1,
        ["QUInt8Storage"] = 1,
        ["QInt32Storage"] = 4,
        ["QUInt4x2Storage"] = 1,
        ["QUInt2x4Storage"] = 1,
    };

    /// <summary>The storage that a persistent id names.</summary>
    /// <exception cref="InputException">It was named with other properties before, or its part is outside it.</exception>
    public TorchStorage Resolve(TorchStorage named, object?[] id)
    {
        if (!_read.TryGetValue(named.Key, out TorchStorage? whole))
            _read.Add(named.Key, whole = named);
        if (whole.Bytes != named.Bytes || whole.Type != named.Type)
            throw file.Broken($"it contradicts itself about its storage '{named.Key}'");
        if (id is not [_, _, _, _, _, object?[] view])
            return whole;

        // Files of 2017 store a part of a storage as (key, first number, count).
        int size = SizeOf(named);
        return view is [string key, long first, long count] && first >= 0 && count >= 0 && first <= named.Bytes / size
            && count <= (named.Bytes / size) - first
            ? new TorchStorage(named.Type, key, count) { Part = (whole, first * size) }
            : throw file.Broken($"its storage '{named.Key}' has a part outside it");
    }

    /// <summary>Records a storage whose type is not supported.</summary>
    public void Pass(string type, string key, long elements)
    {
        (string, long) named = (type[(type.LastIndexOf('.') + 1)..], elements);
        if (_passed.TryGetValue(key, out var known) && known != named)
            throw file.Broken($"it contradicts itself about its storage '{key}'");
        _passed[key] = named;
    }

    /// <summary>Sets the position of every storage.</summary>
    /// <param name="keys">The storages in the file's order.</param>
    /// <param name="cursor">At the first one; afterwards behind the last one.</param>
    /// <exception cref="InputException">The storages are not those that the pickle names, or the file is truncated.</exception>
    public void Place(IReadOnlyList<object?> keys, ByteCursor cursor)
    {
        FindSizes(keys, cursor.At);
        var left = new HashSet<string>(_read.Keys.Concat(_passed.Keys), StringComparer.Ordinal);
        foreach (object? key in keys)
        {
            if (key is not string name || !left.Remove(name))
                throw file.Broken("it lists a storage that no tensor uses, or one twice");
            long elements = cursor.Int64(), named = Elements(name);
            if (elements != named)
                throw file.Broken($"its storage '{name}' has {elements} numbers, not {named}");
            if (_read.TryGetValue(name, out TorchStorage? storage))
                storage.Offset = cursor.At;
            cursor.Skip(Bytes(name) ?? long.MaxValue);
        }

        if (left.Count > 0)
            throw file.Broken($"it lacks the numbers of its storage '{left.First()}'");
    }

    private static int SizeOf(TorchStorage storage) => storage.Type is { } type ? TensorTypes.Size(type) : 1;

    private long Elements(string key) =>
        _read.TryGetValue(key, out TorchStorage? storage) ? storage.Bytes / SizeOf(storage) : _passed[key].Elements;

    /// <summary>A storage's bytes; null where the size of its type is not known yet, or where the product is too large.</summary>
    private long? Bytes(string key)
    {
        if (_read.TryGetValue(key, out TorchStorage? storage))
            return storage.Bytes;
        (string type, long elements) = _passed[key];
        if (elements == 0)
            return 0;
        return _sizes.TryGetValue(type, out int size) && elements <= file.Length / size ? elements * size : null;
    }

    private void FindSizes(IReadOnlyList<object?> keys, long at)
    {
        string[] unknown = [.. _passed.Values.Where(p => p.Elements > 0 && !_sizes.ContainsKey(p.Type)).Select(p => p.Type).Distinct()];
        if (unknown.Length == 0)
            return;
        string[] known = [.. keys.OfType<string>().Where(k => _read.ContainsKey(k) || _passed.ContainsKey(k))];
        if (unknown.Length > MaxUnknown || (!Fit(known, 0, at, toTheEnd: true) && !Fit(known, 0, at, toTheEnd: false)))
            throw file.Broken($"its storages of the type '{unknown[0]}' have no size that is consistent with the others");
    }

    /// <summary>Searches for type sizes with which each storage begins with its count.</summary>
    private bool Fit(string[] keys, int from, long at, bool toTheEnd)
    {
        for (int i = from; i < keys.Length; i++)
        {
            if (at > file.Length - CountBytes || BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(at, CountBytes)) != Elements(keys[i]))
                return false;
            at += CountBytes;
            if (!_read.ContainsKey(keys[i]) && _passed[keys[i]] is { Elements: > 0 } passed && !_sizes.ContainsKey(passed.Type))
            {
                foreach (int size in Candidates)
                {
                    _sizes[passed.Type] = size;
                    if (Bytes(keys[i]) is { } bytes && bytes <= file.Length - at && Fit(keys, i + 1, at + bytes, toTheEnd))
                        return true;
                }

                return !_sizes.Remove(passed.Type);
            }

            if (Bytes(keys[i]) is not { } skipped || skipped > file.Length - at)
                return false;
            at += skipped;
        }

        return !toTheEnd || at == file.Length;
    }
}
