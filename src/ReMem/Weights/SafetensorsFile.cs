using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>A tensor's place in a safetensors file.</summary>
/// <param name="Name">Its key.</param>
/// <param name="DType">The format's name, such as "F32".</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Begin">First byte, from the end of the header.</param>
/// <param name="End">Past the last byte.</param>
public sealed record TensorEntry(string Name, string DType, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// A memory-mapped safetensors file. The header is checked against the file before anything is read: sizes, types, bounds, overlaps and gaps.
/// Format: huggingface.co/docs/safetensors.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const long LargestHeader = 100_000_000;
    private static readonly Dictionary<string, (ScalarType Type, int Size)> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = (ScalarType.Float64, 8),
        ["F32"] = (ScalarType.Float32, 4),
        ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8),
        ["I32"] = (ScalarType.Int32, 4),
        ["I16"] = (ScalarType.Int16, 2),
        ["I8"] = (ScalarType.Int8, 1),
        ["U8"] = (ScalarType.Byte, 1),
        ["BOOL"] = (ScalarType.Bool, 1),
    };

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _dataStart;

    private SafetensorsFile(string path)
    {
        Path = path;
        // Not FileInfo's: of a link, as the hub's cache has them, that is the link's own.
        long length;
        using (var handle = File.OpenHandle(path))
            length = RandomAccess.GetLength(handle);
        if (length < 8)
            throw Broken($"it has {length} bytes, too few for a header");
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        try
        {
            ulong header = _view.ReadUInt64(0);
            if (header > LargestHeader || (long)header > length - 8)
                throw Broken($"its header claims {header} bytes, but the file has {length}");
            _dataStart = 8 + (long)header;
            (Tensors, Metadata) = ReadHeader((int)header, length - _dataStart);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Every tensor by name, in the file's order.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The free-form strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="InputException">Missing, truncated, or a header that does not fit the file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (Directory.Exists(path))
            throw new InputException("This is a folder, not a safetensors file.", path, "Give the file in it, usually model.safetensors.");
        if (!File.Exists(path))
            throw new InputException("The weights file does not exist.", path, "Check the path.");
        try
        {
            return new SafetensorsFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The weights file cannot be read.", path, "Check its permissions.", e);
        }
    }

    /// <summary>Copies one tensor into memory, in its own type.</summary>
    /// <exception cref="InputException">No tensor has that name.</exception>
    public unsafe Tensor Read(string name)
    {
        if (!Tensors.TryGetValue(name, out TensorEntry? entry))
            throw new InputException($"The file has no tensor '{name}'.", Path);
        (ScalarType type, _) = Types[entry.DType];
        long bytes = entry.End - entry.Begin;
        if (bytes > int.MaxValue)
            throw new InputException($"The tensor '{name}' has {bytes} bytes; one may have 2 GiB.", Path);
        Tensor result = empty([.. entry.Shape], type);
        if (bytes == 0)
            return result;
        byte* source = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref source);
        try
        {
            fixed (byte* target = result.bytes)
                Buffer.MemoryCopy(source + _view.PointerOffset + _dataStart + entry.Begin, target, bytes, bytes);
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    private (IReadOnlyDictionary<string, TensorEntry> Tensors, IReadOnlyDictionary<string, string> Metadata) ReadHeader(int size, long dataLength)
    {
        byte[] bytes = new byte[size];
        _view.ReadArray(8, bytes, 0, size);
        try
        {
            using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes).TrimEnd(' ', '\0'));
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
            foreach (JsonProperty property in header.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (JsonProperty item in property.Value.EnumerateObject())
                        metadata[item.Name] = item.Value.GetString() ?? string.Empty;
                }
                else if (!tensors.TryAdd(property.Name, ReadEntry(property.Name, property.Value)))
                {
                    throw Broken($"tensor '{property.Name}' stands twice in its header");
                }
            }

            CheckLayout(tensors.Values, dataLength);
            return (tensors, metadata);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Broken("its header is not the JSON of the format", e);
        }
    }

    private TensorEntry ReadEntry(string name, JsonElement value)
    {
        string type = value.GetProperty("dtype").GetString() ?? string.Empty;
        if (!Types.TryGetValue(type, out (ScalarType Type, int Size) known))
            throw Broken($"tensor '{name}' has the type '{type}', which remem cannot read");
        long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        JsonElement offsets = value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2)
            throw Broken($"tensor '{name}' has {offsets.GetArrayLength()} offsets");
        (long begin, long end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        try
        {
            long expected = shape.Aggregate((long)known.Size, (product, d) => d < 0 ? throw new OverflowException() : checked(product * d));
            if (begin < 0 || end < begin || end - begin != expected)
                throw Broken($"tensor '{name}' of shape [{string.Join(", ", shape)}] needs {expected} bytes, but its offsets are {begin} to {end}");
        }
        catch (OverflowException e)
        {
            throw Broken($"tensor '{name}' has the impossible shape [{string.Join(", ", shape)}]", e);
        }

        return new TensorEntry(name, type, shape, begin, end);
    }

    private void CheckLayout(IEnumerable<TensorEntry> tensors, long dataLength)
    {
        long at = 0;
        foreach (TensorEntry entry in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (entry.Begin != at)
                throw Broken($"tensor '{entry.Name}' {(entry.Begin < at ? "overlaps the one before it" : "leaves a gap before it")}");
            at = entry.End;
        }

        if (at > dataLength)
            throw Broken($"its tensors need {at} bytes, but it holds {dataLength}: the file is cut short");
        if (at < dataLength)
            throw Broken($"it holds {dataLength - at} bytes that belong to no tensor");
    }

    private InputException Broken(string why, Exception? inner = null) =>
        new($"The safetensors file is broken: {why}.", Path, "Download or export it again.", inner);
}
