using System.Text.Json;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>
/// Weights in several files, as Hugging Face's <c>model.safetensors.index.json</c> lists them: <c>weight_map</c> maps each tensor to a file
/// in the same folder as the index.
/// </summary>
internal sealed class ShardedWeightsFile : WeightsFile
{
    private const string Kind = "index of shards";
    private const long MaxIndexBytes = 16 << 20;
    private readonly Dictionary<string, WeightsFile> _shardOf;
    private readonly IReadOnlyCollection<WeightsFile> _shards;

    private ShardedWeightsFile(string path, Dictionary<string, WeightsFile> shardOf, IReadOnlyCollection<WeightsFile> shards,
        Dictionary<string, string> metadata)
    {
        (Path, _shardOf, _shards) = (path, shardOf, shards);
        Tensors = shardOf.ToDictionary(s => s.Key, s => s.Value.Tensors[s.Key], StringComparer.Ordinal);
        Metadata = metadata;
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override string Format => $"{_shards.Count} shards of {_shards.First().Format}";

    /// <summary>Opens the index and every shard.</summary>
    /// <exception cref="InputException">No such index, or a shard is missing, broken, in another folder, or lacks a tensor.</exception>
    public static new ShardedWeightsFile Open(string path)
    {
        (Dictionary<string, string> map, Dictionary<string, string> metadata) = ReadIndex(path);
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var shards = new Dictionary<string, WeightsFile>(StringComparer.Ordinal);
        try
        {
            var shardOf = new Dictionary<string, WeightsFile>(map.Count, StringComparer.Ordinal);
            foreach ((string name, string file) in map)
            {
                if (!shards.TryGetValue(file, out WeightsFile? shard))
                    shards.Add(file, shard = OpenShard(folder, file, path));
                if (!shard.Tensors.ContainsKey(name))
                    throw Broken(path, $"it says that '{file}' has the tensor '{name}', which it lacks");
                shardOf.Add(name, shard);
            }

            return new ShardedWeightsFile(path, shardOf, shards.Values, metadata);
        }
        catch
        {
            foreach (WeightsFile shard in shards.Values)
                shard.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    private protected override Tensor ReadCore(TensorEntry entry) => _shardOf[entry.Name].Read(entry.Name);

    /// <inheritdoc/>
    internal override bool TryMap(string name, out ReadOnlySpan<byte> bytes) => _shardOf[name].TryMap(name, out bytes);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (WeightsFile shard in _shards)
            shard.Dispose();
    }

    private static WeightsFile OpenShard(string folder, string file, string index)
    {
        // A name with a folder in it could lead to any file on the disk.
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny('/', '\\', ':') >= 0)
            throw Broken(index, $"it names '{file}', which is not a file next to it");
        string path = System.IO.Path.Combine(folder, file);
        if (!System.IO.File.Exists(path))
            throw WeightsErrors.ShardMissing(file, index);
        return WeightsFormat.Open(path, isShard: true);
    }

    private static (Dictionary<string, string> Map, Dictionary<string, string> Metadata) ReadIndex(string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(InputFile.ReadAllText(path, Kind, "Download it again.", MaxIndexBytes));
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty property in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                if (!map.TryAdd(property.Name, property.Value.GetString() ?? string.Empty))
                    throw Broken(path, $"tensor '{property.Name}' occurs twice in it");
            }

            if (map.Count == 0)
                throw Broken(path, "its weight_map is empty");
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            if (json.RootElement.TryGetProperty("metadata", out JsonElement facts) && facts.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty fact in facts.EnumerateObject())
                    metadata[fact.Name] = fact.Value.ToString();
            }

            return (map, metadata);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Broken(path, "it is not JSON with a weight_map", e);
        }
    }

    private static InputException Broken(string path, string why, Exception? inner = null) => MappedFile.BrokenFile(Kind, why, path, inner);
}
