using Parquet;
using Parquet.Schema;
using ReMem.Data.Pack;

namespace ReMem.Fuzz;

/// <summary>A Parquet file with packed pages, dictionaries and text labels, as other writers make them.</summary>
internal static class PackedParquet
{
    public static void Write(string file, ImageShard.Row[] rows, CompressionMethod method) =>
        WriteAsync(file, rows, method).GetAwaiter().GetResult();

    private static async Task WriteAsync(string file, ImageShard.Row[] rows, CompressionMethod method)
    {
        DataField<byte[]> image = new("image");
        DataField<string> label = new("label");
        await using var stream = new FileStream(file, FileMode.Create);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, label), stream,
            new ParquetOptions { CompressionMethod = method });
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(image, rows.Select(r => r.Bytes).ToArray());
        await group.WriteAsync(label, rows.Select(r => r.Label == 0 ? "cat" : "dog").ToArray());
        group.CompleteValidate();
    }
}
