using System.Text.Encodings.Web;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace ReMem.Eng.EmojiData;

/// <summary>
/// Writes the layout of Hugging Face's <c>datasets</c>: an Image, a ClassLabel and a string, described in the file's metadata.
/// </summary>
public static class HuggingFaceParquet
{
    /// <summary>"&amp;" in a class name stays one character, as Python writes it.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one split.</summary>
    public static async Task WriteAsync(string file, IReadOnlyList<string> classes, IReadOnlyList<Row> rows)
    {
        DataField<byte[]> bytes = new("bytes");
        DataField<string> path = new("path");
        DataField<long?> label = new("label");
        DataField<string> group = new("group");
        ParquetSchema schema = new(new StructField("image", bytes, path), label, group);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await using FileStream stream = File.Create(file);
        ParquetOptions options = new() { CompressionMethod = CompressionMethod.Zstd };
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, options);
        writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Features(classes) };
        using ParquetRowGroupWriter rowGroup = writer.CreateRowGroup();
        await rowGroup.WriteAsync(bytes, rows.Select(r => r.Png).ToArray());
        await rowGroup.WriteAsync(path, rows.Select(r => r.Path).ToArray());
        await rowGroup.WriteAsync<long>(label, rows.Select(r => (long?)r.Label).ToArray());
        await rowGroup.WriteAsync(group, rows.Select(r => r.Group).ToArray());
        rowGroup.CompleteValidate();
    }

    /// <summary>The value of the metadata key "huggingface".</summary>
    private static string Features(IReadOnlyList<string> classes) => JsonSerializer.Serialize(
        new
        {
            info = new
            {
                features = new
                {
                    image = new { _type = "Image" },
                    label = new { names = classes, _type = "ClassLabel" },
                    group = new { dtype = "string", _type = "Value" },
                },
            },
        },
        Plain);
}
