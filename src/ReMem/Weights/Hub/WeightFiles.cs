using System.Text.Json;

namespace ReMem.Weights.Hub;

/// <summary>The files of a repository beside the weights themselves.</summary>
internal static class WeightFiles
{
    public const string Config = "config.json";
    private const string IndexEnding = ".index.json";
    private const long LargestIndex = 64 << 20;

    /// <summary>Whether a file lists shards rather than holding tensors.</summary>
    public static bool IsIndex(string file) => file.EndsWith(IndexEnding, StringComparison.Ordinal);

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
