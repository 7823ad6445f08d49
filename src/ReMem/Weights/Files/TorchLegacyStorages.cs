using System.Buffers.Binary;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// Finds the storages of a file of PyTorch before 1.6. They stand one after the other without an index, so that those of a type that is not read (complex or
/// quantised numbers, above all) have to be passed over by their size: the known one, or the one by which all that follow have the counts that the pickle names.
/// </summary>
/// <param name="file">The archive.</param>
internal sealed class TorchLegacyStorages(MappedFile file)
{
    private const int CountBytes = 8, MostUnknown = 4;
    private static readonly int[] Candidates = [1, 2, 4, 8, 16];

    private readonly Dictionary<string, TorchStorage> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Type, long Elements)> _passed = new(StringComparer.Ordinal);

    /// <summary>Bytes of a number, by type.</summary>
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
    /// <exception cref="InputException">It was named otherwise before, or its part does not lie in it.</exception>
    public TorchStorage Resolve(TorchStorage named, object?[] id)
    {
        if (!_read.TryGetValue(named.Key, out TorchStorage? whole))
            _read.Add(named.Key, whole = named);
        if (whole.Bytes != named.Bytes || whole.Type != named.Type)
            throw file.Broken($"it says two things of its storage '{named.Key}'");
        if (id is not [_, _, _, _, _, object?[] view])
            return whole;

        // Files of 2017 keep a part of a storage as (key, first number, count).
        int size = SizeOf(named);
        return view is [string key, long first, long count] && first >= 0 && count >= 0 && first <= named.Bytes / size && count <= (named.Bytes / size) - first
            ? new TorchStorage(named.Type, key, count) { Part = (whole, first * size) }
            : throw file.Broken($"its storage '{named.Key}' has a part that does not lie in it");
    }

    /// <summary>Hears of a storage whose type is not read.</summary>
    public void Pass(string type, string key, long elements)
    {
        (string, long) named = (type[(type.LastIndexOf('.') + 1)..], elements);
        if (_passed.TryGetValue(key, out var known) && known != named)
            throw file.Broken($"it says two things of its storage '{key}'");
        _passed[key] = named;
    }

    /// <summary>Gives every storage its place.</summary>
    /// <param name="keys">The storages in the file's order.</param>
    /// <param name="cursor">At the first one; it is left behind the last.</param>
    /// <exception cref="InputException">The storages are not those that the pickle names, or the file is cut short.</exception>
    public void Place(IReadOnlyList<object?> keys, ByteCursor cursor)
    {
        FindSizes(keys, cursor.At);
        var left = new HashSet<string>(_read.Keys.Concat(_passed.Keys), StringComparer.Ordinal);
        foreach (object? key in keys)
        {
            if (key is not string name || !left.Remove(name))
                throw file.Broken("it lists a storage that no tensor has, or one twice");
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

    private long Elements(string key) => _read.TryGetValue(key, out TorchStorage? storage) ? storage.Bytes / SizeOf(storage) : _passed[key].Elements;

    /// <summary>A storage's bytes; null where its type has no size yet, or where they are more than any file's.</summary>
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
        if (unknown.Length > MostUnknown || (!Fit(known, 0, at, toTheEnd: true) && !Fit(known, 0, at, toTheEnd: false)))
            throw file.Broken($"its storages of the type '{unknown[0]}' are of no size that fits the others");
    }

    /// <summary>Looks for sizes by which each storage begins with its count.</summary>
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
