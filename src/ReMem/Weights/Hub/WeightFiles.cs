using System.Text.Json;
using ReMem.Runtime;

namespace ReMem.Weights.Hub;

/// <summary>File names and indexes of a repository's weights.</summary>
internal static class WeightFiles
{
    public const string Config = "config.json";
    private const string IndexEnding = ".index.json";

    /// <summary>The limit of an index, far more than any model needs. 16 MiB.</summary>
    public const long MaxIndexBytes = 16 << 20;

    /// <summary>Whether a file lists shards rather than holding tensors.</summary>
    public static bool IsIndex(string file) => file.EndsWith(IndexEnding, StringComparison.Ordinal);

    /// <summary>The shards that an index names, each once.</summary>
    /// <exception cref="InputException">It is not an index, or names files outside its folder.</exception>
    public static IReadOnlyList<string> Shards(string index)
    {
        try
        {
            using JsonDocument json =
                JsonDocument.Parse(InputFile.ReadAllText(index, "index of shards", "Download it again.", MaxIndexBytes));
            string[] shards = [.. json.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(t => t.Value.GetString() ?? string.Empty).Distinct().Order(StringComparer.Ordinal)];
            return shards.FirstOrDefault(s => !HubReference.IsSafePath(s) || s.Contains('/', StringComparison.Ordinal)) is { } bad
                ? throw new InputException(
                    $"The index of shards names '{bad}', which is not a file next to it.", index, "Use another source.")
                : shards;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException(
                "This is not an index of shards: it has no weight_map from tensors to files.", index, "Use another source.", e);
        }
    }
}
