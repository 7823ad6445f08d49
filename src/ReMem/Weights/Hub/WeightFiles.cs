using System.Text.Json;

namespace ReMem.Weights.Hub;

/// <summary>Which files of a folder or repository are its weights.</summary>
internal static class WeightFiles
{
    public const string Config = "config.json";
    private const string IndexEnding = ".index.json";
    private const long LargestIndex = 64 << 20;

    /// <summary>The names that weights have, the preferred first: what holds only tensors before what holds pickles.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin", "open_clip_pytorch_model.bin"];

    /// <summary>Whether a file lists shards rather than holding tensors.</summary>
    public static bool IsIndex(string file) => file.EndsWith(IndexEnding, StringComparison.Ordinal);

    /// <summary>A folder's weights.</summary>
    /// <exception cref="InputException">There is no such folder, or none of the names is in it.</exception>
    public static string In(string directory)
    {
        if (!Directory.Exists(directory))
            throw new InputException("The folder of weights does not exist.", directory, "Check the path.");
        return Names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"The folder has no weights: none of {string.Join(", ", Names)}.", directory, "Give a folder that has them, or the file itself.");
    }

    /// <summary>The shards that an index names, each once.</summary>
    /// <exception cref="InputException">It is no index, or names files outside its folder.</exception>
    public static IReadOnlyList<string> Shards(string index)
    {
        try
        {
            if (HubCache.LengthOf(index) > LargestIndex)
                throw new InputException("The index of shards is too large to be one.", index, "Download it again.");
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(index));
            string[] shards = [.. json.RootElement.GetProperty("weight_map").EnumerateObject().Select(t => t.Value.GetString() ?? string.Empty).Distinct().Order(StringComparer.Ordinal)];
            return shards.FirstOrDefault(s => !HubReference.IsSafePath(s) || s.Contains('/', StringComparison.Ordinal)) is { } bad
                ? throw new InputException($"The index of shards names '{bad}', which is no file beside it.", index, "Use another source.")
                : shards;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException("This is no index of shards: it has no weight_map from tensors to files.", index, "Use another source.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The index of shards cannot be read.", index, "Check its permissions.", e);
        }
    }
}
