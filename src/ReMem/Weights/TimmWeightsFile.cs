using ReMem.Weights.Families;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// A weights file under timm's names: the image model in it is found by its names under any prefix, and its tensors are renamed, joined or turned as timm has
/// them. Names that nobody knows stay.
/// </summary>
internal sealed class TimmWeightsFile : WeightsFile
{
    private readonly WeightsFile _file;
    private readonly EncoderChoice _choice;

    private TimmWeightsFile(WeightsFile file, string? prefix, WantedShapes? wanted)
    {
        _file = file;
        _choice = EncoderSearch.Find(file, prefix, wanted);
        Tensors = _choice.Tensors.ToDictionary(t => t.Key, t => t.Value.Entry, StringComparer.Ordinal);
        Dropped = [.. _choice.Dropped.Select(d => d with { Name = Relative(d.Name) })];
        string container = _choice.Container;
        Originals = container.Length == 0
            ? file.Tensors
            : file.Tensors.Where(t => t.Key.StartsWith(container, StringComparison.Ordinal)).ToDictionary(t => Relative(t.Key), t => t.Value with { Name = Relative(t.Key) }, StringComparer.Ordinal);
        Metadata = container.Length == 0 ? file.Metadata : new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["state_dict"] = container[..^1] };
        SteppedOver = file.SteppedOver;
    }

    /// <inheritdoc/>
    public override string Path => _file.Path;

    /// <inheritdoc/>
    public override string Format => _file.Format;

    /// <summary>Whose naming the file has, such as "Hugging Face ViT" or "timm"; null where it is none that remem knows.</summary>
    public string? Family => _choice.Family;

    /// <summary>The file's own tensors, by its own names; of a training's checkpoint those of the state dict that was taken.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Originals { get; }

    /// <summary>What the image model's names begin with in the file or its state dict, such as "backbone."; empty where nothing.</summary>
    public string Prefix => Relative(_choice.Prefix);

    /// <summary>Prefixes of other networks in the file that fit as well and were not taken, such as a student's; a prefix that is given decides.</summary>
    public IReadOnlyList<string> OtherNetworks => [.. _choice.Others.Select(Relative)];

    /// <summary>Prefixes that were seen, for messages.</summary>
    internal IReadOnlyList<string> SeenPrefixes => _choice.Seen;

    /// <summary>The file's tensors that no timm model of that kind has.</summary>
    public IReadOnlyList<DroppedTensor> Dropped { get; }

    /// <summary>How many of <see cref="WeightsFile.Tensors"/> had another name in the file, or were made of others.</summary>
    public int RenamedCount => _choice.Tensors.Count(t => t.Value.Make is not null || Relative(t.Value.Sources[0]) != t.Key);

    /// <summary>The file's names that a tensor is made of.</summary>
    /// <param name="name">timm's.</param>
    public IReadOnlyList<string> SourcesOf(string name) => [.. _choice.Tensors[name].Sources.Select(Relative)];

    /// <summary>Opens a file in any format and naming.</summary>
    /// <exception cref="InputException">As <see cref="WeightsFile.Open"/>; or a tensor has a form that its family's have not.</exception>
    public static new TimmWeightsFile Open(string path) => Open(path, null, null);

    /// <summary>Opens a file in which a certain model is looked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What the model's names have to begin with; null looks for it.</param>
    /// <param name="wanted">Its names and shapes; null where they are not known.</param>
    /// <exception cref="InputException">As <see cref="WeightsFile.Open"/>; or a tensor has a form that its family's have not.</exception>
    internal static TimmWeightsFile Open(string path, string? prefix, WantedShapes? wanted)
    {
        WeightsFile file = WeightsFile.Open(path);
        try
        {
            return new TimmWeightsFile(file, prefix, wanted);
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
        RenamedTensor renamed = _choice.Tensors[name];
        return renamed.Make is null && _file.TryMap(renamed.Sources[0], out bytes);
    }

    /// <inheritdoc/>
    private protected override Tensor ReadCore(TensorEntry entry)
    {
        RenamedTensor renamed = _choice.Tensors[entry.Name];
        if (renamed.Make is not { } make)
            return _file.Read(renamed.Sources[0]);
        using DisposeScope scope = NewDisposeScope();
        return make([.. renamed.Sources.Select(_file.Read)]).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();

    private string Relative(string name) => name.StartsWith(_choice.Container, StringComparison.Ordinal) ? name[_choice.Container.Length..] : name;
}
