using System.Text.Encodings.Web;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using ReMem.Runtime;

namespace ReMem.Data.Pack;

/// <summary>
/// Writes a Parquet file in the layout of Hugging Face's <c>datasets</c>: an Image and a ClassLabel, described in the file's metadata.
/// </summary>
internal static class ImageShard
{
    // "&" in a class name stays one character, as Python writes it.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A row.</summary>
    /// <param name="Bytes">The encoded image.</param>
    /// <param name="Name">Its file name.</param>
    /// <param name="Label">Its class.</param>
    public readonly record struct Row(byte[] Bytes, string Name, int Label);

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="classes">Class names in index order.</param>
    /// <param name="groups">Row groups, made one at a time.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string file, IReadOnlyList<string> classes, IEnumerable<IReadOnlyList<Row>> groups) =>
        AtomicFile.Write(file, stream => Task.Run(() => WriteAsync(stream, classes, groups)).GetAwaiter().GetResult());

    private static async Task WriteAsync(Stream stream, IReadOnlyList<string> classes, IEnumerable<IReadOnlyList<Row>> groups)
    {
        DataField<byte[]> bytes = new("bytes");
        DataField<string> path = new("path");
        DataField<long?> label = new("label");
        var schema = new ParquetSchema(new StructField("image", bytes, path), label);
        // Images are compressed already.
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions
        {
            CompressionMethod = CompressionMethod.None,
        }).ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Features(classes) };
        foreach (IReadOnlyList<Row> rows in groups.Where(g => g.Count > 0))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(bytes, rows.Select(r => r.Bytes).ToArray()).ConfigureAwait(false);
            await group.WriteAsync(path, rows.Select(r => r.Name).ToArray()).ConfigureAwait(false);
            await group.WriteAsync<long>(label, rows.Select(r => (long?)r.Label).ToArray()).ConfigureAwait(false);
            group.CompleteValidate();
        }
    }

    private static string Features(IReadOnlyList<string> classes) => JsonSerializer.Serialize(
        new { info = new { features = new { image = new { _type = "Image" }, label = new { names = classes, _type = "ClassLabel" } } } },
        Plain);
}
