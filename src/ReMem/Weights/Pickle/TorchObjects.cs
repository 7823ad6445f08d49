using static TorchSharp.torch;

namespace ReMem.Weights.Pickle;

/// <summary>Numbers that tensors share: PyTorch's storage. Its place is found after the pickle names it.</summary>
/// <param name="type">Of its numbers; null where untyped, a number being a byte.</param>
/// <param name="key">Its name in the archive.</param>
/// <param name="elements">How many numbers.</param>
internal sealed class TorchStorage(ScalarType? type, string key, long elements)
{
    public ScalarType? Type { get; } = type;

    public string Key { get; } = key;

    /// <summary>Bytes; 0 or more.</summary>
    public long Bytes { get; } = checked(elements * (type is { } t ? TensorTypes.Size(t) : 1));

    /// <summary>First byte in the file.</summary>
    public long Offset { get; set; }

    /// <summary>The storage that this one is a part of, and from which byte; only in very old files.</summary>
    public (TorchStorage Whole, long Begin)? Part { get; init; }
}

/// <summary>A tensor as pickled: a view of a storage.</summary>
/// <param name="Storage">Its numbers.</param>
/// <param name="Type">Of its numbers.</param>
/// <param name="First">The first one, in numbers.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Strides">In numbers.</param>
internal sealed record TorchTensor(TorchStorage Storage, ScalarType Type, long First, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides);

/// <summary>
/// What a state dict's pickle may name: PyTorch's tensor makers, storage and number types, and plain containers. Anything else is refused by its
/// name before it is called.
/// </summary>
/// <param name="file">The archive, for messages.</param>
/// <param name="load">Finds the storage of a persistent id, checked to be ('storage', type, key, location, elements, ...).</param>
internal sealed class TorchObjects(MappedFile file, Func<TorchStorage, object?[], TorchStorage> load) : IPickleWorld
{
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

    /// <summary>Names that a state dict has without needing their value.</summary>
    private static readonly HashSet<string> Plain =
    [
        "collections.OrderedDict", "builtins.set", "__builtin__.set", "builtins.list", "__builtin__.list", "builtins.dict", "__builtin__.dict", "_codecs.encode",
        "torch.Size", "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
        "torch._tensor._rebuild_from_type_v2", "torch.serialization._get_layout", "torch.strided",
    ];

    /// <inheritdoc/>
    public object Find(string module, string name)
    {
        string full = $"{module}.{name}";
        bool isStorage = module is "torch" or "torch.storage" or "torch.cuda" && StorageTypes.ContainsKey(name);
        if (isStorage || Plain.Contains(full) || NumberTypes.ContainsKey(full))
            return new PickleGlobal(full);
        bool isOtherType = name.EndsWith("Storage", StringComparison.Ordinal) || name.StartsWith("float8", StringComparison.Ordinal) || name.StartsWith("complex", StringComparison.Ordinal);
        if (module is "torch" or "torch.cuda" && isOtherType)
            throw WeightsErrors.OtherType(full, file.Path);
        throw WeightsErrors.ForbiddenGlobal(full, file.Path);
    }

    /// <inheritdoc/>
    public object? Call(PickleGlobal global, object?[] arguments) => (global.Name, arguments) switch
    {
        ("collections.OrderedDict" or "builtins.dict" or "__builtin__.dict", []) => new PickleDictionary(),
        ("collections.OrderedDict", [List<object?> pairs]) => Pairs(pairs),
        ("builtins.set" or "__builtin__.set" or "builtins.list" or "__builtin__.list", []) => new List<object?>(),
        ("builtins.set" or "__builtin__.set" or "builtins.list" or "__builtin__.list", [List<object?> items]) => items,
        ("_codecs.encode", [string text, ..]) => text,
        ("torch.Size", [object?[] sizes]) => sizes,
        ("torch.device" or "torch.serialization._get_layout", [string, ..]) => arguments,
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2", [TorchStorage { Type: { } type } storage, long first, object?[] shape, object?[] strides, ..]) =>
            View(storage, type, first, shape, strides),
        ("torch._utils._rebuild_tensor_v3", [TorchStorage storage, long first, object?[] shape, object?[] strides, _, _, PickleGlobal number, ..])
            when NumberTypes.TryGetValue(number.Name, out ScalarType type) => View(storage, type, first, shape, strides),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [TorchTensor tensor, ..]) => tensor,
        ("torch._tensor._rebuild_from_type_v2", [PickleGlobal maker, PickleGlobal { Name: "torch.Tensor" or "torch.nn.parameter.Parameter" }, object?[] inner, ..])
            when maker.Name != global.Name => Call(maker, inner),
        _ => null,
    };

    /// <inheritdoc/>
    public object? Load(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", PickleGlobal type, string key, _, long elements, ..] || elements < 0)
            return null;
        if (!StorageTypes.TryGetValue(type.Name[(type.Name.LastIndexOf('.') + 1)..], out ScalarType? scalar))
            return null;
        return TensorTypes.Bytes([elements], 8) is null ? null : load(new TorchStorage(scalar, key, elements), parts);
    }

    private static PickleDictionary? Pairs(List<object?> pairs)
    {
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
        if (shape.Length != strides.Length || shape.Length > TensorTypes.MostDimensions || !shape.Concat(strides).All(s => s is long))
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
