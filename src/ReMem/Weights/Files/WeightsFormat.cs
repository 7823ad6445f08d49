using System.Text;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>Recognises a weights file's format by its first bytes, whatever its extension.</summary>
internal static class WeightsFormat
{
    private const string LocalFolder = "local-dir:";

    /// <summary>
    /// File names of weights in a folder or repository of timm, Hugging Face and OpenCLIP; the first existing one is read. Formats with
    /// only tensors come before pickles.
    /// </summary>
    public static IReadOnlyList<string> InFolder { get; } =
    [
        "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin",
        "pytorch_model.bin.index.json",
        "open_clip_pytorch_model.bin",
    ];

    /// <summary>The path, without a leading local-dir:.</summary>
    public static string WithoutScheme(string path) =>
        path.StartsWith(LocalFolder, StringComparison.Ordinal) ? path[LocalFolder.Length..] : path;

    /// <summary>The file of a path: the path itself, or the weights in a folder.</summary>
    /// <exception cref="InputException">The folder has none.</exception>
    public static string Resolve(string path)
    {
        path = WithoutScheme(path);
        if (!Directory.Exists(path))
            return path;
        string? file = InFolder.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
        return file ?? throw WeightsErrors.FolderWithoutWeights(path, InFolder);
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isShard">Whether an index named it: a nested index is refused, since it could name the first again.</param>
    /// <exception cref="InputException">See <see cref="WeightsFile.Open"/>.</exception>
    public static WeightsFile Open(string path, bool isShard = false)
    {
        byte[] start = FirstBytes(path);
        bool Begins(ReadOnlySpan<byte> magic) => start.AsSpan().StartsWith(magic);
        if (Begins("PK\x03\x04"u8) || Begins("PK\x05\x06"u8))
            return ZipWeights.Open(path);
        if (TorchLegacyFile.IsOne(start))
            return TorchLegacyFile.Open(path);
        if (start is [0x80, >= 2 and <= 5, ..])
            throw WeightsErrors.PlainPickle(path);
        if (Begins("version https://git-lfs"u8))
            throw WeightsErrors.LfsPointer(path);
        string text = Encoding.Latin1.GetString(start).TrimStart();
        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            throw WeightsErrors.WebPage(path);
        if (start.Length > 262 && start.AsSpan(257, 5).SequenceEqual("ustar"u8))
            throw WeightsErrors.OldTar(path);

        // A safetensors file starts with 8 bytes of length, then '{'; the first letters of JSON, read as a length, exceed any file.
        bool safetensors = start.Length > 8 && start[8] == (byte)'{' && start[7] == 0;
        if (!safetensors && !isShard && text.StartsWith('{'))
            return ShardedWeightsFile.Open(path);
        bool named = Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
        return safetensors || named || start.Length == 0 ? SafetensorsFile.Open(path) : throw WeightsErrors.UnknownFormat(path);
    }

    private static byte[] FirstBytes(string path)
    {
        if (!File.Exists(path))
            throw WeightsErrors.Missing(path);
        try
        {
            using FileStream stream = InputFile.Open(path, "weights file");
            byte[] start = new byte[512];
            return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WeightsErrors.CannotRead(path, e);
        }
    }
}
