using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>Writes safetensors files as the reference implementation lays them out; a file appears whole or not at all.</summary>
internal static class SafetensorsWriter
{
    /// <summary>
    /// The types that can be written, in the reference implementation's order in a file: widest first, so that none is misaligned.
    /// </summary>
    private static readonly (ScalarType Type, string Name)[] Types =
    [
        (ScalarType.Int64, "I64"),
        (ScalarType.Float64, "F64"),
        (ScalarType.Float32, "F32"),
        (ScalarType.Int32, "I32"),
        (ScalarType.BFloat16, "BF16"),
        (ScalarType.Float16, "F16"),
        (ScalarType.Int16, "I16"),
        (ScalarType.Int8, "I8"),
        (ScalarType.Byte, "U8"),
        (ScalarType.Bool, "BOOL"),
    ];

    /// <summary>Writes tensors, ordered by type and then by name.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">By name.</param>
    /// <param name="metadata">Free-form strings.</param>
    /// <param name="castFloatsTo">Stores floating-point tensors in this type, such as Float16; null keeps theirs.</param>
    /// <exception cref="InputException">The file cannot be written, or a finite value does not fit
    /// <paramref name="castFloatsTo"/>.</exception>
    /// <exception cref="ArgumentException">A name occurs twice, or a type has no name in the format.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        ScalarType? castFloatsTo = null)
    {
        WriteEach(path, tensors.Select(t => new PendingTensor(new TensorEntry(t.Key, t.Value.dtype, t.Value.shape), () => t.Value.alias())),
            metadata, castFloatsTo);
    }

    /// <summary>Writes tensors that are read one at a time, so that only one is in memory.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">With distinct names.</param>
    /// <param name="metadata">Free-form strings.</param>
    /// <param name="castFloatsTo">Stores floating-point tensors in this type, such as Float16; null keeps theirs.</param>
    /// <exception cref="InputException">The file cannot be written, or a finite value does not fit
    /// <paramref name="castFloatsTo"/>.</exception>
    /// <exception cref="ArgumentException">A name occurs twice, or a type has no name in the format.</exception>
    internal static void WriteEach(
        string path, IEnumerable<PendingTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        ScalarType? castFloatsTo = null)
    {
        using var guard = no_grad();
        var header = new JsonObject();
        if (metadata is { Count: > 0 })
            header["__metadata__"] = new JsonObject(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        var stored = new List<(PendingTensor Tensor, TensorEntry As, int Rank)>();
        foreach (PendingTensor tensor in tensors)
        {
            TensorEntry entry = castFloatsTo is { } type && TensorTypes.IsFloat(tensor.Entry.Type)
                ? tensor.Entry with { Type = type }
                : tensor.Entry;
            int rank = Array.FindIndex(Types, t => t.Type == entry.Type);
            if (rank < 0)
                throw new ArgumentException($"The tensor '{entry.Name}' has the type {entry.Type}, which safetensors cannot hold.",
                    nameof(tensors));
            stored.Add((tensor, entry, rank));
        }

        stored = [.. stored.OrderBy(t => t.Rank).ThenBy(t => t.As.Name, StringComparer.Ordinal)];
        long at = 0;
        foreach ((_, TensorEntry entry, int rank) in stored)
        {
            long end = at + entry.Bytes;
            header.Add(entry.Name, new JsonObject
            {
                ["dtype"] = Types[rank].Name,
                ["shape"] = new JsonArray([.. entry.Shape.Select(d => (JsonNode)d)]),
                ["data_offsets"] = new JsonArray(at, end),
            });
            at = end;
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        AtomicFile.Write(path, stream =>
        {
            // Tensors start at a multiple of 8 bytes; the format pads the header with spaces.
            int padding = (8 - (json.Length % 8)) % 8;
            stream.Write(BitConverter.GetBytes((ulong)(json.Length + padding)));
            stream.Write(json);
            for (int i = 0; i < padding; i++)
                stream.WriteByte((byte)' ');
            foreach ((PendingTensor tensor, TensorEntry entry, _) in stored)
                tensor.WriteTo(stream, entry.Type, path);
        });
    }
}
