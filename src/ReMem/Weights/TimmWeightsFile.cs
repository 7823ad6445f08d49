using ReMem.Weights.Families;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// A weights file under timm's names: the image model in it is found by its names under any prefix, and its tensors are renamed,
/// concatenated or transposed as in timm. Unknown names stay.
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
            : file.Tensors.Where(t => t.Key.StartsWith(container, StringComparison.Ordinal)).ToDictionary(t => Relative(t.Key),
                t => t.Value with { Name = Relative(t.Key) }, StringComparer.Ordinal);
        Metadata = container.Length == 0
            ? file.Metadata
            : new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["state_dict"] = container[..^1] };
        SteppedOver = file.SteppedOver;
    }

    /// <inheritdoc/>
    public override string Path => _file.Path;

    /// <inheritdoc/>
    public override string Format => _file.Format;

    /// <summary>The file's naming family, such as "Hugging Face ViT" or "timm"; null where it is unknown.</summary>
    public string? Family => _choice.Family;

    /// <summary>The file's tensors by its own names; of a training checkpoint those of the chosen state dict.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Originals { get; }

    /// <summary>
    /// The prefix of the image model's names in the file or its state dict, such as "backbone."; empty where there is none.
    /// </summary>
    public string Prefix => Relative(_choice.Prefix);

    /// <summary>
    /// Prefixes of other networks in the file that fit equally well and were not taken, such as a student's; giving a prefix decides.
    /// </summary>
    public IReadOnlyList<string> OtherNetworks => [.. _choice.Others.Select(Relative)];

    /// <summary>Prefixes in the file, for messages.</summary>
    internal IReadOnlyList<string> SeenPrefixes => _choice.Seen;

    /// <summary>The file's tensors that timm's model does not have.</summary>
    public IReadOnlyList<DroppedTensor> Dropped { get; }

    /// <summary>Number of <see cref="WeightsFile.Tensors"/> that had another name in the file, or were made from others.</summary>
    public int RenamedCount => _choice.Tensors.Count(t => t.Value.Make is not null || Relative(t.Value.Sources[0]) != t.Key);

    /// <summary>The file's names that a tensor is made from.</summary>
    /// <param name="name">timm's name.</param>
    public IReadOnlyList<string> SourcesOf(string name) => [.. _choice.Tensors[name].Sources.Select(Relative)];

    /// <summary>Opens a file in any format and naming.</summary>
    /// <exception cref="InputException">
    /// As <see cref="WeightsFile.Open"/>; or a tensor has a shape that its family does not have.
    /// </exception>
    public static new TimmWeightsFile Open(string path) => Open(path, null, null);

    /// <summary>Opens a file and looks for a given model in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">The required prefix of the model's names; null searches for it.</param>
    /// <param name="wanted">The model's names and shapes; null where they are not known.</param>
    /// <exception cref="InputException">
    /// As <see cref="WeightsFile.Open"/>; or a tensor has a shape that its family does not have.
    /// </exception>
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

    private string Relative(string name) =>
        name.StartsWith(_choice.Container, StringComparison.Ordinal) ? name[_choice.Container.Length..] : name;
}
