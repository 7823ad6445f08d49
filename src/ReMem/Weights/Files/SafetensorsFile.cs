using System.Text;
using System.Text.Json;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>
/// A memory-mapped safetensors file. The header is checked against the file before anything is read: sizes, types, bounds,
/// overlaps and gaps.
/// Format: huggingface.co/docs/safetensors.
/// </summary>
internal sealed class SafetensorsFile : MappedWeightsFile
{
    private const string Kind = "safetensors file";
    private const long MaxHeaderBytes = 100_000_000;
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64,
        ["F32"] = ScalarType.Float32,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    private SafetensorsFile(MappedFile file, Header header)
        : base(file, header.Tensors) => Metadata = header.Metadata;

    /// <inheritdoc/>
    public override string Format => "safetensors";

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="InputException">Missing, truncated, or a header that does not fit the file.</exception>
    public static new SafetensorsFile Open(string path)
    {
        if (Directory.Exists(path))
            throw WeightsErrors.IsFolder(path);
        if (!System.IO.File.Exists(path))
            throw WeightsErrors.Missing(path);
        MappedFile file = MappedFile.Open(path, Kind);
        try
        {
            return new SafetensorsFile(file, ReadHeader(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Header ReadHeader(MappedFile file)
    {
        if (file.Length < 8)
            throw file.Broken($"it has {file.Length} bytes, too few for a header");
        ulong size = BitConverter.ToUInt64(file.Bytes(0, 8));
        if (size > MaxHeaderBytes || (long)size > file.Length - 8)
            throw file.Broken($"its header claims {size} bytes, but the file has {file.Length}");
        long start = 8 + (long)size;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new Dictionary<string, PlacedTensor>(StringComparer.Ordinal);
        try
        {
            using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(file.Bytes(8, (int)size)).TrimEnd(' ', '\0'));
            foreach (JsonProperty property in header.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (JsonProperty item in property.Value.EnumerateObject())
                        metadata[item.Name] = item.Value.GetString() ?? string.Empty;
                }
                else if (!tensors.TryAdd(property.Name, ReadEntry(file, property.Name, property.Value, start)))
                {
                    throw file.Broken($"tensor '{property.Name}' occurs twice in its header");
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw file.Broken("its header is not valid JSON of the format", e);
        }

        CheckLayout(file, tensors.Values, start);
        return new Header([.. tensors.Values], metadata);
    }

    private static PlacedTensor ReadEntry(MappedFile file, string name, JsonElement value, long start)
    {
        string typeName = value.GetProperty("dtype").GetString() ?? string.Empty;
        if (!Types.TryGetValue(typeName, out ScalarType type))
            throw WeightsErrors.Type(name, typeName, file.Path);
        long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        JsonElement offsets = value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2)
            throw file.Broken($"tensor '{name}' has {offsets.GetArrayLength()} offsets");
        (long begin, long end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        long bytes = TensorTypes.Bytes(shape, TensorTypes.Size(type))
            ?? throw file.Broken($"tensor '{name}' has the invalid shape {TensorTypes.Text(shape)}");
        if (begin < 0 || begin > file.Length || end < begin || end - begin != bytes)
            throw file.Broken(
                $"tensor '{name}' of shape {TensorTypes.Text(shape)} needs {bytes} bytes, but its offsets are {begin} to {end}");
        return new PlacedTensor(new TensorEntry(name, type, shape), start + begin);
    }

    private static void CheckLayout(MappedFile file, IEnumerable<PlacedTensor> tensors, long start)
    {
        long at = start;
        foreach ((TensorEntry entry, long offset, _) in tensors.OrderBy(t => t.Offset).ThenBy(t => t.Entry.Bytes))
        {
            if (offset != at)
                throw file.Broken($"tensor '{entry.Name}' {(offset < at ? "overlaps the one before it" : "leaves a gap before it")}");
            at += entry.Bytes;
        }

        if (at > file.Length)
            throw file.Broken($"its tensors need {at - start} bytes, but it holds {file.Length - start}: the file is cut short");
        if (at < file.Length)
            throw file.Broken($"it holds {file.Length - at} bytes that belong to no tensor");
    }

    private sealed record Header(IReadOnlyList<PlacedTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);
}
