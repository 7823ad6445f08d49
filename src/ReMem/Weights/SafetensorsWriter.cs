using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Writes safetensors files as the reference implementation lays them out; a file appears whole or not at all.</summary>
public static class SafetensorsWriter
{
    private static readonly Dictionary<ScalarType, string> Names = new()
    {
        [ScalarType.Float64] = "F64",
        [ScalarType.Float32] = "F32",
        [ScalarType.Float16] = "F16",
        [ScalarType.BFloat16] = "BF16",
        [ScalarType.Int64] = "I64",
        [ScalarType.Int32] = "I32",
        [ScalarType.Int16] = "I16",
        [ScalarType.Int8] = "I8",
        [ScalarType.Byte] = "U8",
        [ScalarType.Bool] = "BOOL",
    };

    /// <summary>Writes tensors in the order given.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">By name.</param>
    /// <param name="metadata">Free-form strings.</param>
    /// <param name="castFloatsTo">Stores floating-point tensors in this type, such as Float16; null keeps theirs.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null, ScalarType? castFloatsTo = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        var header = new JsonObject();
        if (metadata is { Count: > 0 })
            header["__metadata__"] = new JsonObject(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        var stored = new List<Tensor>();
        long at = 0;
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor value = tensor.detach().cpu();
            if (castFloatsTo is { } type && value.is_floating_point())
                value = value.to(type);
            value = value.contiguous();
            long end = at + (value.numel() * value.element_size());
            header[name] = new JsonObject
            {
                ["dtype"] = Names[value.dtype],
                ["shape"] = new JsonArray([.. value.shape.Select(d => (JsonNode)d)]),
                ["data_offsets"] = new JsonArray(at, end),
            };
            stored.Add(value);
            at = end;
        }

        byte[] json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        AtomicFile.Write(path, stream =>
        {
            // Tensors start at a multiple of 8 bytes; the format pads the header with spaces.
            int padding = (8 - (json.Length % 8)) % 8;
            stream.Write(BitConverter.GetBytes((ulong)(json.Length + padding)));
            stream.Write(json);
            for (int i = 0; i < padding; i++)
                stream.WriteByte((byte)' ');
            foreach (Tensor value in stored)
            {
                if (value.numel() > 0)
                    stream.Write(value.bytes);
            }
        });
    }
}
