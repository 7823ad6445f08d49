using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>Collects what becomes of each tensor of a file.</summary>
/// <param name="file">The file.</param>
/// <param name="names">Its tensors' names without wrappers' prefixes, to the names in the file.</param>
/// <param name="family">Whose naming it is, for messages.</param>
internal sealed class Renaming(WeightsFile file, IReadOnlyDictionary<string, string> names, string family)
{
    private readonly Dictionary<string, RenamedTensor> _targets = new(StringComparer.Ordinal);

    /// <summary>The file's tensors, by names without prefixes.</summary>
    public IEnumerable<string> Names => names.Keys;

    /// <summary>By timm's names.</summary>
    public IReadOnlyDictionary<string, RenamedTensor> Targets => _targets;

    /// <summary>Whether the file has a tensor.</summary>
    public bool Has(string name) => names.ContainsKey(name);

    /// <summary>A tensor's type and shape.</summary>
    public TensorEntry Entry(string name) => file.Tensors[names[name]];

    /// <summary>A tensor's numbers, for the few cases where they decide what it becomes.</summary>
    public Tensor Read(string name) => file.Read(names[name]);

    /// <summary>Takes a tensor as it is.</summary>
    public void Move(string from, string to)
    {
        TensorEntry entry = Entry(from);
        Add(to, new RenamedTensor(entry with { Name = to }, [names[from]]));
    }

    /// <summary>Makes a tensor of one or more. Its shape is found by making it of tensors without numbers.</summary>
    /// <exception cref="InputException">The sources have shapes or types that cannot be so made.</exception>
    public void Derive(string to, Func<IReadOnlyList<Tensor>, Tensor> make, params IReadOnlyList<string> from)
    {
        using DisposeScope scope = NewDisposeScope();
        TensorEntry[] entries = [.. from.Select(Entry)];
        try
        {
            Tensor made = make([.. entries.Select(e => empty([.. e.Shape], e.Type, device: new Device(DeviceType.META)))]);
            Add(to, new RenamedTensor(new TensorEntry(to, made.dtype, made.shape), [.. from.Select(n => names[n])], make));
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException or IndexOutOfRangeException)
        {
            throw WeightsErrors.UnlikeFamily(names[from[0]], entries[0].Shape, family, file.Path, e);
        }
    }

    private void Add(string to, RenamedTensor tensor)
    {
        if (!_targets.TryAdd(to, tensor))
            throw WeightsErrors.SameName(_targets[to].Sources[0], tensor.Sources[0], to, file.Path);
    }
}
