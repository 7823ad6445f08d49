using System.Globalization;
using Google.Protobuf;
using ReMem.Export.Onnx;
using ReMem.Runtime;
using ReMem.Weights.Files;
using DataLocation = ReMem.Export.Onnx.TensorProto.Types.DataLocation;

namespace ReMem.Export;

/// <summary>
/// Writes an ONNX model and its initialisers, with one of them in memory at a time: in one file, or, where that would be too large, with
/// the weights in FILE.data next to it.
/// </summary>
internal static class OnnxFile
{
    /// <summary>Smaller initialisers, such as shapes, stay in the file: a runtime reads them when it loads the graph.</summary>
    private const long MinExternalBytes = 1024;

    /// <summary>As the specification recommends, so that a runtime can map every tensor separately.</summary>
    private const long Alignment = 4096;

    /// <summary>A file with external weights is small.</summary>
    private const long MaxGraphBytesWithData = 64 << 20;

    /// <summary>
    /// Writes the file or both files; they appear whole or not at all.
    /// The weights file of an earlier export that is no longer needed is removed.
    /// </summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="model">The model, whose graph has no initialisers yet.</param>
    /// <param name="initialisers">The initialisers, each with the type to store it in.</param>
    /// <param name="maxFileBytes">Bytes; a larger file stores its weights externally.</param>
    /// <exception cref="InputException">A file cannot be written, or a weight does not fit its type.</exception>
    public static void Write(string path, ModelProto model, IReadOnlyList<PendingTensor> initialisers, int maxFileBytes)
    {
        GraphProto graph = model.Graph;
        model.Graph = null;
        string target = Path.GetFullPath(path);
        string name = Path.GetFileName(target), data = $"{name}.data";
        if (model.CalculateSize() + GraphSize(graph, initialisers) <= maxFileBytes)
        {
            string external = $"{target}.data";
            bool isStale = OwnsData(target);
            AtomicFile.Write(path, stream => WriteModel(stream, model, graph, initialisers, path));
            if (isStale)
                Remove(external);
            return;
        }

        ILookup<bool, PendingTensor> outside = initialisers.ToLookup(t => t.Entry.Bytes >= MinExternalBytes);
        AtomicFile.WriteTogether(Path.GetDirectoryName(target)!, name, stage =>
        {
            AtomicFile.Write(Path.Combine(stage, data),
                stream => graph.Initializer.AddRange(outside[true].Select(t => WriteOutside(stream, t, data, path))));
            AtomicFile.Write(Path.Combine(stage, name), stream => WriteModel(stream, model, graph, [.. outside[false]], path));
        });
    }

    /// <summary>Whether the replaced file is one of ours with its weights in that external file: only then may that be removed.</summary>
    internal static bool OwnsData(string path)
    {
        string data = Path.GetFileName($"{path}.data");
        try
        {
            if (!File.Exists(path) || !File.Exists($"{path}.data") || new FileInfo(path).Length > MaxGraphBytesWithData)
                return false;
            using FileStream stream = File.OpenRead(path);
            ModelProto old = ModelProto.Parser.ParseFrom(stream);
            return old.ProducerName == OnnxExporter.Producer
                && old.Graph?.Initializer.Any(t => t.ExternalData.Any(e => e.Key == "location" && e.Value == data)) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                "The ONNX file is written, but the weights of the earlier one cannot be removed.", path,
                "Remove that file: it is not needed.", e);
        }
    }

    private static TensorProto WriteOutside(Stream stream, PendingTensor tensor, string data, string path)
    {
        stream.Position = (stream.Position + Alignment - 1) / Alignment * Alignment;
        TensorProto proto = Declaration(tensor.Entry);
        proto.DataLocation = DataLocation.External;
        foreach ((string key, string value) in new[] { ("location", data), ("offset", Text(stream.Position)),
            ("length", Text(tensor.Entry.Bytes)) })
            proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        tensor.WriteTo(stream, tensor.Entry.Type, path);
        return proto;
    }

    /// <summary>The message as protobuf writes it, with the initialisers' bytes taken from their tensors one at a time.</summary>
    private static void WriteModel(Stream stream, ModelProto model, GraphProto graph, IReadOnlyList<PendingTensor> inside, string path)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        model.WriteTo(output);
        output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(checked((int)GraphLength(graph, inside)));
        graph.WriteTo(output);
        foreach (PendingTensor tensor in inside)
        {
            TensorProto head = Declaration(tensor.Entry);
            output.WriteTag(GraphProto.InitializerFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(checked((int)Length(tensor.Entry)));
            head.WriteTo(output);
            output.WriteTag(TensorProto.RawDataFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(checked((int)tensor.Entry.Bytes));
            output.Flush();
            tensor.WriteTo(stream, tensor.Entry.Type, path);
        }
    }

    private static long GraphSize(GraphProto graph, IReadOnlyList<PendingTensor> inside) => WithHead(GraphLength(graph, inside));

    private static long GraphLength(GraphProto graph, IReadOnlyList<PendingTensor> inside) =>
        graph.CalculateSize() + inside.Sum(t => WithHead(Length(t.Entry)));

    private static long Length(TensorEntry entry) => Declaration(entry).CalculateSize() + WithHead(entry.Bytes);

    /// <summary>A field's bytes with its tag, which is one byte for all fields here, and its length.</summary>
    private static long WithHead(long length) => 1 + CodedOutputStream.ComputeUInt64Size((ulong)length) + length;

    private static TensorProto Declaration(TensorEntry entry)
    {
        var tensor = new TensorProto { Name = entry.Name, DataType = OnnxTypes.Of(entry.Type) };
        tensor.Dims.AddRange(entry.Shape);
        return tensor;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
