using System.Globalization;
using System.Numerics;

namespace ReMem.Weights.Pickle;

/// <summary>
/// Finds the state dict in what a checkpoint holds: its tensors by dotted names. A training's checkpoint wraps it in "model" and the like; where it
/// has averaged weights too, those are taken, as timm does.
/// </summary>
internal sealed class TorchState
{
    private const int Deepest = 8, LongestName = 1024, MostFacts = 100, MostScanned = 1000, LongestFact = 200;

    /// <summary>Far more entries than state dicts have: a container that is its own part would go on for ever.</summary>
    private const int MostEntries = 1_000_000;

    /// <summary>What checkpoints call the state dict, the preferred first.</summary>
    private static readonly string[] Wrappers = ["state_dict_ema", "model_ema", "ema_state_dict", "teacher", "state_dict", "model_state_dict", "model", "module", "student"];

    private readonly MappedFile _file;
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private int _entries;

    private TorchState(MappedFile file) => _file = file;

    /// <summary>The tensors by name, and what the checkpoint says beside them.</summary>
    /// <param name="root">What the pickle holds.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="InputException">It has no named tensor, or is nested beyond sense.</exception>
    public static (IReadOnlyDictionary<string, TorchTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Find(object? root, MappedFile file)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<string>();
        object? at = root;
        while (at is PickleDictionary dictionary && path.Count < Deepest && Unwrap(dictionary) is { } inner)
        {
            Facts(dictionary, metadata);
            path.Add(inner.Name);
            at = inner.Value;
        }

        var state = new TorchState(file);
        state.Collect(at, string.Empty, 0);
        if (state._tensors.Count == 0)
            throw WeightsErrors.NoStateDict(file.Path);
        if (path.Count > 0)
            metadata["state_dict"] = string.Join('.', path);
        return (state._tensors, metadata);
    }

    /// <summary>The wrapped state dict; null where this one has the tensors itself.</summary>
    private static (string Name, object Value)? Unwrap(PickleDictionary dictionary)
    {
        foreach (string name in Wrappers)
        {
            object? value = dictionary.Items.FindLast(i => i.Key is string key && key == name).Value;
            if (value is PickleDictionary inner && HoldsTensors(inner, 0))
                return (name, inner);
        }

        return null;
    }

    private static bool HoldsTensors(PickleDictionary dictionary, int depth) =>
        dictionary.Items.Take(MostScanned).Any(i => i.Value is TorchTensor)
        || (depth < 2 && dictionary.Items.Take(MostFacts).Any(i => i.Value is PickleDictionary inner && HoldsTensors(inner, depth + 1)));

    private static void Facts(PickleDictionary dictionary, Dictionary<string, string> metadata)
    {
        foreach ((object? key, object? value) in dictionary.Items)
        {
            if (metadata.Count < MostFacts && key is string { Length: <= LongestFact } name && value is string { Length: <= LongestFact } or long or double or bool or BigInteger)
                metadata[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }
    }

    private void Collect(object? value, string prefix, int depth)
    {
        if (value is not PickleDictionary dictionary || depth > Deepest)
            return;
        foreach ((object? key, object? item) in dictionary.Items)
        {
            if (++_entries > MostEntries)
                throw _file.Broken($"its containers have more than {MostEntries} entries");
            if (item is not (TorchTensor or PickleDictionary))
                continue;
            string part = key switch { string text => text, long number => number.ToString(CultureInfo.InvariantCulture), _ => string.Empty };
            if (part.Length + prefix.Length > LongestName)
                throw _file.Broken($"a tensor's name has more than {LongestName} letters");
            string name = prefix.Length == 0 ? part : $"{prefix}.{part}";
            if (item is TorchTensor tensor)
                _tensors[name] = tensor;
            else
                Collect(item, name, depth + 1);
        }
    }
}
