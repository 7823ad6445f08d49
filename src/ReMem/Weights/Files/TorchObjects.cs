using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>
/// Resolves the names in a checkpoint's pickle: PyTorch's tensor constructors, storage and number types, and plain containers. Anything
/// else is stepped over and its name recorded; it only matters where a tensor needs it.
/// </summary>
/// <param name="file">The archive, for messages.</param>
/// <param name="load">Finds the storage of a persistent id, checked to be ('storage', type, key, location, elements, ...).</param>
/// <param name="pass">Receives the storages of unsupported types: type, key and elements; may be null.</param>
internal sealed class TorchObjects(MappedFile file, Func<TorchStorage, object?[], TorchStorage> load,
    Action<string, string, long>? pass = null) : IPickleWorld
{
    private const int MaxNames = 100, MaxNameLength = 200, MaxCopied = 4_000_000;

    private readonly List<string> _steppedOver = [];
    private int _copied;

    private static readonly Dictionary<string, ScalarType?> StorageTypes = new(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = ScalarType.Float64,
        ["FloatStorage"] = ScalarType.Float32,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
        ["UntypedStorage"] = null,
    };

    private static readonly Dictionary<string, ScalarType> NumberTypes = new(StringComparer.Ordinal)
    {
        ["torch.float64"] = ScalarType.Float64,
        ["torch.float32"] = ScalarType.Float32,
        ["torch.float16"] = ScalarType.Float16,
        ["torch.bfloat16"] = ScalarType.BFloat16,
        ["torch.int64"] = ScalarType.Int64,
        ["torch.int32"] = ScalarType.Int32,
        ["torch.int16"] = ScalarType.Int16,
        ["torch.int8"] = ScalarType.Int8,
        ["torch.uint8"] = ScalarType.Byte,
        ["torch.bool"] = ScalarType.Bool,
    };

    /// <summary>Known names.</summary>
    private static readonly HashSet<string> Plain =
    [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "collections.deque", "builtins.set", "__builtin__.set",
        "builtins.list", "__builtin__.list", "builtins.dict", "__builtin__.dict", "builtins.object", "_codecs.encode",
        "copyreg._reconstructor", "copy_reg._reconstructor",
        "torch.Size", "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
        "torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_from_type_v2", "torch._utils._rebuild_device_tensor_from_cpu_tensor",
        "torch.serialization._get_layout", "torch.strided",
    ];

    /// <summary>The constructors of tensors from numbers in the file.</summary>
    private static readonly HashSet<string> TensorMakers =
    [
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
    ];

    /// <summary>Unknown names, each once, in the pickle's order; the first hundred.</summary>
    public IReadOnlyList<string> SteppedOver => _steppedOver;

    /// <inheritdoc/>
    public object Find(string module, string name)
    {
        string full = $"{module}.{name}";
        bool isStorage = module is "torch" or "torch.storage" or "torch.cuda" && StorageTypes.ContainsKey(name);
        if (!isStorage && !Plain.Contains(full) && !NumberTypes.ContainsKey(full) && !(module == "torch" && IsOtherType(name)))
            Note(full);
        return new PickleGlobal(full);
    }

    /// <inheritdoc/>
    public object? Call(PickleGlobal global, object?[] arguments) => (global.Name, arguments) switch
    {
        ("collections.OrderedDict" or "builtins.dict" or "__builtin__.dict", []) => new PickleDictionary(),
        ("collections.defaultdict" or "collections.Counter", [] or [PickleGlobal or null]) => new PickleDictionary(),
        ("collections.OrderedDict" or "builtins.dict" or "__builtin__.dict", [List<object?> pairs]) => Pairs(pairs),
        ("collections.Counter" or "builtins.dict" or "__builtin__.dict", [PickleDictionary items]) => items,
        ("collections.deque", [] or [List<object?>, ..]) => arguments.Length > 0 ? arguments[0] : new List<object?>(),
        ("builtins.set" or "__builtin__.set" or "builtins.list" or "__builtin__.list", []) => new List<object?>(),
        ("builtins.set" or "__builtin__.set" or "builtins.list" or "__builtin__.list", [List<object?> items]) => items,
        ("_codecs.encode", [string text, ..]) => text,
        ("torch.Size", [object?[] sizes]) => sizes,
        ("torch.device" or "torch.serialization._get_layout", [string, ..]) => arguments,
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2", [TorchStorage { Type: { } type } storage, long first,
            object?[] shape, object?[] strides, ..]) =>
            View(storage, type, first, shape, strides),
        ("torch._utils._rebuild_tensor_v3", [TorchStorage storage, long first, object?[] shape, object?[] strides, _, _,
            PickleGlobal number, ..]) =>
            NumberTypes.TryGetValue(number.Name, out ScalarType type)
                ? View(storage, type, first, shape, strides)
                : new PickleOpaque(number.Name) { IsTensor = true },
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state"
            or "torch._utils._rebuild_device_tensor_from_cpu_tensor", [TorchTensor tensor, ..]) => tensor,

        // A subclass has the same numbers with other behaviour, which is not run.
        ("torch._tensor._rebuild_from_type_v2" or "torch._utils._rebuild_from_type_v2", [PickleGlobal maker, _, object?[] inner, ..])
            when TensorMakers.Contains(maker.Name) => Call(maker, inner),
        var (name, _) when TensorMakers.Contains(name) && !arguments.Any(a => a is PickleOpaque or PickleGlobal) => null,
        ("torch.Size", _) when !arguments.Any(a => a is PickleOpaque) => null,
        _ => Opaque(global, arguments),
    };

    /// <inheritdoc/>
    public object? Load(object? id)
    {
        // A whole model in a file of PyTorch before 1.6 stores its source text with its type.
        if (id is object?[] and ["module", PickleGlobal module, ..])
            return module;
        if (id is not object?[] parts || parts is not ["storage", ..])
            return new PickleOpaque("a persistent id");
        if (parts is not [_, PickleGlobal type, string key, _, long elements, ..] || elements < 0)
            return null;
        if (!StorageTypes.TryGetValue(type.Name[(type.Name.LastIndexOf('.') + 1)..], out ScalarType? scalar))
        {
            pass?.Invoke(type.Name, key, elements);
            return new PickleOpaque(type.Name) { IsTensor = true };
        }

        return TensorTypes.Bytes([elements], 8) is null ? null : load(new TorchStorage(scalar, key, elements), parts);
    }

    private static bool IsOtherType(string name) =>
        name.EndsWith("Storage", StringComparison.Ordinal) || name.StartsWith("float", StringComparison.Ordinal)
            || name.StartsWith("complex", StringComparison.Ordinal);

    /// <summary>A placeholder for an object that is not created. It has the type of a tensor that cannot be read, for messages.</summary>
    private static PickleOpaque Opaque(PickleGlobal global, object?[] arguments)
    {
        PickleOpaque? part = arguments.OfType<PickleOpaque>().FirstOrDefault(a => a.IsTensor);
        bool isTensor = global.Name.Contains("._rebuild_", StringComparison.Ordinal)
            || global.Name is "torch.Tensor" or "torch.nn.parameter.Parameter";
        string? maker = isTensor ? arguments.OfType<PickleGlobal>().FirstOrDefault()?.Name : null;

        // copyreg creates an object of a type; the type's name is more useful to the user.
        string? type = global.Name is "copyreg._reconstructor" or "copy_reg._reconstructor" && arguments is [PickleGlobal first, ..]
            ? first.Name
            : null;
        return new PickleOpaque(part?.Name ?? maker ?? type ?? global.Name) { IsTensor = isTensor };
    }

    private void Note(string name)
    {
        string kept = name.Length <= MaxNameLength ? name : $"{name[..MaxNameLength]}...";
        if (_steppedOver.Count < MaxNames && !_steppedOver.Contains(kept))
            _steppedOver.Add(kept);
    }

    private PickleDictionary? Pairs(List<object?> pairs)
    {
        // The same list may be passed many times.
        _copied += pairs.Count;
        if (_copied > MaxCopied)
            throw file.Broken($"its pickle copies more than {MaxCopied} entries");
        var dictionary = new PickleDictionary();
        foreach (object? pair in pairs)
        {
            (object? Key, object? Value)? entry = pair switch
            {
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                List<object?> { Count: 2 } list => (list[0], list[1]),
                _ => null,
            };
            if (entry is not { } found)
                return null;
            dictionary.Items.Add(KeyValuePair.Create(found.Key, found.Value));
        }

        return dictionary;
    }

    private static TorchTensor? View(TorchStorage storage, ScalarType type, long first, object?[] shape, object?[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > TensorTypes.MaxDimensions || !shape.Concat(strides).All(s => s is long))
            return null;
        long[] sizes = [.. shape.Select(s => (long)s!)], steps = [.. strides.Select(s => (long)s!)];
        if (TensorTypes.Bytes(sizes, TensorTypes.Size(type)) is not { } bytes || first < 0 || steps.Any(s => s < 0))
            return null;
        Int128 end = bytes == 0 ? 0 : 1;
        for (int d = 0; d < sizes.Length && bytes > 0; d++)
            end += (Int128)(sizes[d] - 1) * steps[d];
        return (end + first) * TensorTypes.Size(type) <= storage.Bytes ? new TorchTensor(storage, type, first, sizes, steps) : null;
    }
}
