using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace ReMem.Data;

/// <summary>
/// Image classification sets in the Hugging Face Parquet layout: <c>image</c> is a struct {bytes, path} or a binary column, <c>label</c> an integer
/// whose names stand in the "huggingface" metadata, or a string.
/// </summary>
internal static class ParquetImages
{
    public static RawDataset Read(string source, string[] files)
    {
        var splits = new Dictionary<string, List<(string, int, Func<byte[]>)>>();
        List<string>? classes = null;
        var strings = new SortedSet<string>(StringComparer.Ordinal);
        var read = new List<(string Split, Shard Shard)>();
        foreach (string file in files)
        {
            Shard shard = ReadShard(file).GetAwaiter().GetResult();
            classes ??= shard.Classes;
            if (classes is not null && shard.Classes is not null && !classes.SequenceEqual(shard.Classes))
                throw new InputException("The class names differ between the Parquet files.", file, "Write all splits with the same ClassLabel names.");
            strings.UnionWith(shard.TextLabels ?? []);
            read.Add((SplitOf(file), shard));
        }

        classes ??= strings.Count > 0 ? [.. strings] : [.. Enumerable.Range(0, 1 + (int)read.SelectMany(r => r.Shard.Labels ?? []).DefaultIfEmpty(-1).Max()).Select(i => $"class {i}")];
        foreach ((string split, Shard shard) in read)
        {
            if (!splits.TryGetValue(split, out var samples))
                splits[split] = samples = [];
            for (int i = 0; i < shard.Images.Count; i++)
            {
                byte[] bytes = shard.Images[i];
                samples.Add(($"{shard.File} row {i}", Label(shard, i, classes), () => bytes));
            }
        }

        LabelledSamples? Split(string name) => splits.TryGetValue(name, out var samples) ? new LabelledSamples(samples) : null;
        string description = $"Parquet {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)))}";
        return new RawDataset(description, classes, Split("train"), Split("validation"), Split("test"), []);
    }

    private static int Label(Shard shard, int row, List<string> classes)
    {
        int label = shard.TextLabels is { } texts ? classes.IndexOf(texts[row]) : (int)shard.Labels![row];
        return label >= 0 && label < classes.Count
            ? label
            : throw new InputException($"The label {label} is not one of the {classes.Count} classes.", $"{shard.File} row {row}", "Write the labels as indices into the ClassLabel names.");
    }

    private static string SplitOf(string file)
    {
        string name = Path.GetFileName(file);
        foreach ((string prefix, string split) in new[] { ("train", "train"), ("val", "validation"), ("dev", "validation"), ("test", "test") })
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return split;
        }

        return "train";
    }

    private static async Task<Shard> ReadShard(string file)
    {
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(file).ConfigureAwait(false);
            DataField[] fields = reader.Schema.GetDataFields();
            DataField image = Find(fields, ["image/bytes", "image", "img/bytes", "img"])
                ?? throw new InputException($"The Parquet file has no image column; it has {string.Join(", ", fields.Select(f => f.Path))}.", file, "Name the column 'image', as the Hugging Face layout does.");
            DataField label = Find(fields, ["label", "labels", "fine_label"])
                ?? throw new InputException($"The Parquet file has no label column; it has {string.Join(", ", fields.Select(f => f.Path))}.", file, "Name the column 'label'.");
            var images = new List<byte[]>();
            var labels = new List<object?>();
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
                byte[]?[] encoded = new byte[]?[rows.RowCount];
                await rows.ReadAsync(image, encoded.AsMemory()).ConfigureAwait(false);
                images.AddRange(encoded!);
                labels.AddRange(await Labels(rows, label).ConfigureAwait(false));
            }

            if (images.Contains(null!) || labels.Contains(null))
                throw new InputException("The Parquet file has rows without an image or a label.", file, "Fill or remove them.");
            List<string>? classes = Names(reader.CustomMetadata, label.Path.ToString());
            return labels.Count > 0 && labels[0] is string
                ? new Shard(file, images, null, [.. labels.Cast<string>()], classes)
                : new Shard(file, images, [.. labels.Select(l => Convert.ToInt64(l, System.Globalization.CultureInfo.InvariantCulture))], null, classes);
        }
        catch (Exception e) when (e is not InputException)
        {
            throw new InputException("The Parquet file cannot be read.", file, "Download or write it again.", e);
        }
    }

    private static async Task<IEnumerable<object?>> Labels(ParquetRowGroupReader rows, DataField field)
    {
        if (field.ClrType == typeof(string))
        {
            string?[] texts = new string?[rows.RowCount];
            await rows.ReadAsync(field, texts.AsMemory()).ConfigureAwait(false);
            return texts;
        }

        if (field.ClrType == typeof(int))
            return await Numbers<int>(rows, field).ConfigureAwait(false);
        return await Numbers<long>(rows, field).ConfigureAwait(false);
    }

    private static async Task<IEnumerable<object?>> Numbers<T>(ParquetRowGroupReader rows, DataField field)
        where T : struct
    {
        if (field.IsNullable)
        {
            T?[] optional = new T?[rows.RowCount];
            await rows.ReadAsync<T>(field, optional.AsMemory()).ConfigureAwait(false);
            return optional.Select(v => (object?)v);
        }

        T[] required = new T[rows.RowCount];
        await rows.ReadAsync<T>(field, required.AsMemory()).ConfigureAwait(false);
        return required.Select(v => (object?)v);
    }

    private static DataField? Find(DataField[] fields, string[] names) => names.Select(n => fields.FirstOrDefault(f => f.Path.ToString() == n)).FirstOrDefault(f => f is not null);

    /// <summary>ClassLabel names of the <c>datasets</c> library's metadata: info.features.LABEL.names.</summary>
    private static List<string>? Names(IReadOnlyDictionary<string, string>? metadata, string label)
    {
        if (metadata is null || !metadata.TryGetValue("huggingface", out string? json))
            return null;
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("info", out JsonElement info)
            && info.TryGetProperty("features", out JsonElement features)
            && features.TryGetProperty(label, out JsonElement feature)
            && feature.TryGetProperty("names", out JsonElement names)
            ? [.. names.EnumerateArray().Select(n => n.GetString() ?? string.Empty)]
            : null;
    }

    private sealed record Shard(string File, List<byte[]> Images, List<long>? Labels, List<string>? TextLabels, List<string>? Classes);
}
