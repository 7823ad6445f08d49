using ReMem.Weights.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>A tensor of a file that timm's model of that kind lacks.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Why">Half a sentence.</param>
public sealed record DroppedTensor(string Name, string Why);

/// <summary>
/// A weights file under timm's names: whose naming it has is told by its names, and its tensors are renamed, joined or turned as timm has them. Names that
/// nobody knows stay.
/// </summary>
public sealed class TimmWeightsFile : WeightsFile
{
    private readonly WeightsFile _file;
    private readonly IReadOnlyDictionary<string, RenamedTensor> _renamed;

    private TimmWeightsFile(WeightsFile file)
    {
        _file = file;
        (Family, _renamed) = NamingFamilies.Rename(file, out IReadOnlyList<DroppedTensor> dropped);
        Dropped = dropped;
        Tensors = _renamed.ToDictionary(t => t.Key, t => t.Value.Entry, StringComparer.Ordinal);
        Metadata = file.Metadata;
    }

    /// <inheritdoc/>
    public override string Path => _file.Path;

    /// <inheritdoc/>
    public override string Format => _file.Format;

    /// <summary>Whose naming the file has, such as "Hugging Face ViT" or "timm"; null where it is none that remem knows.</summary>
    public string? Family { get; }

    /// <summary>The file's own tensors, by its own names.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Originals => _file.Tensors;

    /// <summary>The file's tensors that no timm model of that kind has.</summary>
    public IReadOnlyList<DroppedTensor> Dropped { get; }

    /// <summary>How many of <see cref="WeightsFile.Tensors"/> had another name in the file, or were made of others.</summary>
    public int RenamedCount => _renamed.Count(t => t.Value.Make is not null || t.Value.Sources[0] != t.Key);

    /// <summary>The file's names that a tensor is made of.</summary>
    /// <param name="name">timm's.</param>
    public IReadOnlyList<string> SourcesOf(string name) => _renamed[name].Sources;

    /// <summary>Opens a file in any format and naming.</summary>
    /// <exception cref="InputException">As <see cref="WeightsFile.Open"/>; or a tensor has a form that its family's have not.</exception>
    public static new TimmWeightsFile Open(string path)
    {
        WeightsFile file = WeightsFile.Open(path);
        try
        {
            return new TimmWeightsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    internal override bool TryMap(string name, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        RenamedTensor renamed = _renamed[name];
        return renamed.Make is null && _file.TryMap(renamed.Sources[0], out bytes);
    }

    /// <inheritdoc/>
    private protected override Tensor ReadCore(TensorEntry entry)
    {
        RenamedTensor renamed = _renamed[entry.Name];
        if (renamed.Make is not { } make)
            return _file.Read(renamed.Sources[0]);
        using DisposeScope scope = NewDisposeScope();
        return make([.. renamed.Sources.Select(_file.Read)]).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();
}
