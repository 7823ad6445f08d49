using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>Collects the renamed tensors of a file.</summary>
/// <param name="file">The file.</param>
/// <param name="names">Its tensors' names without wrapper prefixes, mapped to the names in the file.</param>
/// <param name="family">The naming family, for messages.</param>
internal sealed class Renaming(WeightsFile file, IReadOnlyDictionary<string, string> names, string family)
{
    private readonly Dictionary<string, RenamedTensor> _targets = new(StringComparer.Ordinal);

    /// <summary>The file's tensors, by names without wrapper prefixes.</summary>
    public IEnumerable<string> Names => names.Keys;

    /// <summary>The renamed tensors, by timm's names.</summary>
    public IReadOnlyDictionary<string, RenamedTensor> Targets => _targets;

    /// <summary>Whether the file has a tensor.</summary>
    public bool Has(string name) => names.ContainsKey(name);

    /// <summary>A tensor's type and shape.</summary>
    public TensorEntry Entry(string name) => file.Tensors[names[name]];

    /// <summary>A tensor's values, for the few rules that depend on them.</summary>
    public Tensor Read(string name) => file.Read(names[name]);

    /// <summary>Adds a tensor unchanged.</summary>
    public void Move(string from, string to)
    {
        TensorEntry entry = Entry(from);
        Add(to, new RenamedTensor(entry with { Name = to }, [names[from]]));
    }

    /// <summary>Makes a tensor from one or more. Its shape is determined with meta tensors, without values.</summary>
    /// <exception cref="InputException">The sources' shapes or types do not allow it.</exception>
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
