using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>
/// A file of named tensors, in any of the formats that <see cref="Open"/> knows. Opening reads and checks names, types, shapes and
/// positions; a tensor's numbers are read on demand. Nothing in a file is ever executed.
/// </summary>
internal abstract class WeightsFile : IDisposable
{
    /// <summary>The maximal number of tensors, far more than a model has.</summary>
    private const int MaxTensors = 100_000;

    /// <summary>Views may share bytes, but not add up to this many times the file: a small file must not ask for all memory.</summary>
    private const long MaxSharing = 16;

    private const long AlwaysAllowed = 64L << 20;
    private IReadOnlyDictionary<string, TensorEntry> _tensors = new Dictionary<string, TensorEntry>();

    /// <summary>The file, or the index of several.</summary>
    public abstract string Path { get; }

    /// <summary>The format's name, such as "safetensors".</summary>
    public abstract string Format { get; }

    /// <summary>Every tensor by name, in the file's order.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors
    {
        get => _tensors;
        private protected init => _tensors = value;
    }

    /// <summary>Free-form metadata of the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private protected init; } = new Dictionary<string, string>();

    /// <summary>
    /// Objects of a checkpoint other than tensors and plain containers, such as "argparse.Namespace": they were stepped over, and no code
    /// was run.
    /// </summary>
    public IReadOnlyList<string> SteppedOver { get; private protected init; } = [];

    /// <summary>Name prefixes of the file's dictionaries, such as "model_ema."; empty where the file is one state dict.</summary>
    internal IReadOnlyList<string> Dictionaries { get; private protected init; } = [];

    /// <summary>Opens and checks a file in the format of its first bytes, or the weights of a folder.</summary>
    /// <param name="path">safetensors or the index of its shards, PyTorch's .pth, .pt and .bin, NumPy's .npz, or a folder that holds one of
    /// them; with or without <c>local-dir:</c> before it.</param>
    /// <exception cref="InputException">Missing, truncated, broken, of another format, or it requires code to be run.</exception>
    public static WeightsFile Open(string path) => WeightsFormat.Open(WeightsFormat.Resolve(path));

    /// <summary>Copies one tensor into memory, contiguous and in its own type.</summary>
    /// <exception cref="InputException">No tensor has that name, or it has 2 GiB or more.</exception>
    public Tensor Read(string name)
    {
        if (!Tensors.TryGetValue(name, out TensorEntry? entry))
            throw WeightsErrors.NoTensor(name, Path);
        return entry.Bytes <= int.MaxValue ? ReadCore(entry) : throw WeightsErrors.TooLarge(name, entry.Bytes, Path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// The numbers of a tensor in the mapped file, where they are contiguous and uncompressed under that name; valid until the file is
    /// closed. Below 2 GiB; <see cref="Read"/> takes every tensor.
    /// </summary>
    internal virtual bool TryMap(string name, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>Reads a tensor whose entry is one of <see cref="Tensors"/> and below 2 GiB.</summary>
    private protected abstract Tensor ReadCore(TensorEntry entry);

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Throws for a count or a total size that only a forged file has.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="file">The file that contains them.</param>
    private protected static void RequirePlausible(IReadOnlyDictionary<string, TensorEntry> tensors, MappedFile file)
    {
        if (tensors.Count > MaxTensors)
            throw file.Broken($"it has {tensors.Count} tensors; remem reads at most {MaxTensors}");
        Int128 total = 0;
        foreach (TensorEntry entry in tensors.Values)
            total += entry.Bytes;
        if (total > ((Int128)file.Length * MaxSharing) + AlwaysAllowed)
            throw file.Broken($"its tensors need {total} bytes, but it has {file.Length}");
    }
}
