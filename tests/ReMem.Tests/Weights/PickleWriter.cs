using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

/// <summary>Writes pickles and PyTorch archives by hand, right ones and wrong ones.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    public PickleWriter() => Op(0x80, 2);

    /// <summary>The pickle, ended.</summary>
    public byte[] Bytes => [.. _bytes.ToArray(), (byte)'.'];

    public PickleWriter Op(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleWriter Op(char code) => Op((byte)code);

    public PickleWriter Int(long value)
    {
        Op(0x8a, 8);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public PickleWriter Text(string value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value);
        Op('X').Op(BitConverter.GetBytes(text.Length));
        return Op(text);
    }

    public PickleWriter Global(string module, string name) => Op('c').Op(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Tuple(IEnumerable<long> values)
    {
        Op('(');
        foreach (long value in values)
            Int(value);
        return Op('t');
    }

    /// <summary>A contiguous tensor that is a whole storage, as torch.save pickles it.</summary>
    public PickleWriter Tensor(string key, string storage, long[] shape, long first = 0, long[]? strides = null, long? elements = null)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(');
        Op('(').Text("storage").Global("torch", storage).Text(key).Text("cpu").Int(elements ?? shape.Aggregate(1L, (a, b) => a * b)).Op('t')
            .Op('Q');
        Int(first).Tuple(shape).Tuple(strides ?? [.. shape.Select((_, d) => shape.Skip(d + 1).Aggregate(1L, (a, b) => a * b))]);
        return Op(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
    }

    /// <summary>A zip as torch.save writes, with this pickle and these storages.</summary>
    public string Zip(string path, params (string Key, byte[] Data)[] storages)
    {
        WriteZip(path, [("archive/data.pkl", Bytes), .. storages.Select(s => ($"archive/data/{s.Key}", s.Data)),
            ("archive/version", "3\n"u8.ToArray())]);
        return path;
    }

    /// <summary>A zip of uncompressed entries, or compressed ones.</summary>
    public static void WriteZip(string path, IEnumerable<(string Name, byte[] Data)> entries,
        CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] data) in entries)
        {
            using Stream stream = zip.CreateEntry(name, level).Open();
            stream.Write(data);
        }
    }

    /// <summary>A state dict of float32 and int64 tensors as a PyTorch archive.</summary>
    public static string WriteState(string path, IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        var pickle = new PickleWriter().Op('}').Op('(');
        var storages = new List<(string, byte[])>();
        foreach ((string name, Tensor value) in state)
        {
            using Tensor dense = value.detach().contiguous();
            string key = $"{storages.Count}";
            pickle.Text(name).Tensor(key, dense.dtype == ScalarType.Int64 ? "LongStorage" : "FloatStorage", dense.shape);
            storages.Add((key, dense.bytes.ToArray()));
        }

        return pickle.Op('u').Zip(path, [.. storages]);
    }
}
