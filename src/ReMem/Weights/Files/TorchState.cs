using System.Globalization;
using System.Numerics;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>Traverses the contents of a checkpoint's pickle.</summary>
internal sealed class TorchState
{
    private const int MaxDepth = 10, MaxNameLength = 1024, MaxFacts = 100, MaxFactLength = 200, MaxDictionaries = 1000, MaxUnreadable = 100;

    /// <summary>Far more entries than checkpoints have: a container that contains itself would never end.</summary>
    private const int MaxEntries = 1_000_000;

    private readonly MappedFile _file;
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<string> _dictionaries = [];
    private readonly List<(string Name, string Type)> _unreadable = [];
    private int _entries;

    private TorchState(MappedFile file) => _file = file;

    /// <summary>All named tensors of a checkpoint, except the optimiser's state.</summary>
    /// <param name="root">The pickle's value.</param>
    /// <param name="steppedOver">The names in the pickle that were stepped over.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="InputException">It has no named tensor, or is nested too deeply.</exception>
    public static TorchContents Find(object? root, IReadOnlyList<string> steppedOver, MappedFile file)
    {
        var state = new TorchState(file);
        PickleDictionary? optimiser = null;
        if (Entries(root) is { } entries)
        {
            var rest = new PickleDictionary();
            optimiser = new PickleDictionary();
            foreach (KeyValuePair<object?, object?> entry in entries.Items)
                (IsOptimiser(entry.Key) ? optimiser : rest).Items.Add(entry);
            state.Collect(rest, string.Empty, 0);
        }
        else
        {
            state.Collect(root, string.Empty, 0);
        }

        if (state._tensors.Count == 0 && optimiser is not null)
            state.Collect(optimiser, string.Empty, 0);
        else if (optimiser?.Items is [{ Key: string name }, ..])
            steppedOver = [.. steppedOver, $"an optimiser's state ('{name}')"];
        if (state._tensors.Count == 0)
            throw state._unreadable is [var (_, type), ..]
                ? WeightsErrors.Unreadable(type, file.Path)
                : steppedOver is [var global, ..] ? WeightsErrors.ForbiddenGlobal(global, file.Path) : WeightsErrors.NoStateDict(file.Path);
        return new TorchContents(state._tensors, state._metadata, state._dictionaries,
            [.. steppedOver, .. state._unreadable.Select(u => $"the tensor '{u.Name}' ({u.Type})")]);
    }

    private static bool IsOptimiser(object? key) => key is string name && name.StartsWith("optim", StringComparison.OrdinalIgnoreCase);

    /// <summary>The entries of a dictionary, also of one of an unknown type; null for anything else.</summary>
    private static PickleDictionary? Entries(object? value) => value switch
    {
        PickleDictionary dictionary => dictionary,
        PickleOpaque { Items: { } items } => items,
        _ => null,
    };

    private static object? Item(PickleDictionary dictionary, string key) =>
        dictionary.Items.FindLast(i => i.Key is string name && name == key).Value;

    private void Collect(object? value, string prefix, int depth)
    {
        if (depth > MaxDepth)
            return;
        int before = _tensors.Count;
        if (value is PickleOpaque { State: { } attributes }
            && (Item(attributes, "_modules") ?? Item(attributes, "_parameters")) is not null)
        {
            // A module that was pickled whole: its tensors have the names of its state dict.
            foreach (string part in new[] { "_parameters", "_buffers", "_modules" })
                CollectEntries(Entries(Item(attributes, part)), prefix, depth);
        }
        else
        {
            CollectEntries(Entries(value), prefix, depth);
        }

        if (_tensors.Count > before && prefix.Length > 0 && _dictionaries.Count < MaxDictionaries)
            _dictionaries.Add(prefix);
    }

    private void CollectEntries(PickleDictionary? entries, string prefix, int depth)
    {
        if (entries is null)
            return;

        // A checkpoint's metadata is next to its state dict or in it, not in a block of settings.
        bool hasFacts = depth == 0 || (depth == 1 && entries.Items.Exists(i => i.Value is TorchTensor or PickleDictionary));
        foreach ((object? key, object? item) in entries.Items)
        {
            if (++_entries > MaxEntries)
                throw _file.Broken($"its containers have more than {MaxEntries} entries");
            string part = key switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                _ =>
                string.Empty
            };
            if (item is not (TorchTensor or PickleDictionary or PickleOpaque))
            {
                if (hasFacts)
                    Fact(part, item);
                continue;
            }

            if (part.Length + prefix.Length > MaxNameLength)
                throw _file.Broken($"a tensor's name has more than {MaxNameLength} letters");
            string name = prefix + part;
            if (item is TorchTensor tensor)
                _tensors[name] = tensor;
            else if (item is not PickleOpaque { IsTensor: true } unreadable)
                Collect(item, $"{name}.", depth + 1);
            else if (_unreadable.Count < MaxUnreadable)
                _unreadable.Add((name, unreadable.Name));
        }
    }

    private void Fact(string key, object? value)
    {
        if (_metadata.Count < MaxFacts && key.Length is > 0 and <= MaxFactLength
            && value is string { Length: <= MaxFactLength } or long or double or bool or BigInteger)
            _metadata.TryAdd(key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);
    }
}
