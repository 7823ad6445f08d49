using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>The rows of one split, collected shard by shard.</summary>
/// <param name="folder">Stores the encoded images in a file of this folder; null keeps them in memory.</param>
/// <param name="trainNames">The class names of training, for files whose metadata has none.</param>
internal sealed class ParquetRows(string? folder, IReadOnlyList<string>? trainNames)
{
    private static readonly string[] ImageColumns = ["image", "img"];
    private static readonly string[] LabelColumns = ["label", "labels", "fine_label"];
    private readonly EncodedStore _store = new(folder);
    private readonly List<string> _names = [];
    private readonly List<string> _classes = [];
    private readonly List<string?> _groups = [];

    /// <summary>The class names of the files' metadata, in index order; null where there are none.</summary>
    public IReadOnlyList<string>? ClassNames { get; private set; }

    /// <summary>The labels are numbers: 10 comes after 9.</summary>
    public bool LabelsAreNumbers { get; private set; }

    public RawSplit ToSplit(string split, string where) =>
        new(split, where, _classes.Distinct().ToArray(), _classes, _names, i => _store[i] ?? throw new InputException(
            $"The image '{_names[i]}' has no bytes in the file.",
            remedy: "Save the data set with its images embedded, or leave bad images out with --on-bad-image skip."))
        {
            Groups = _groups.Count == 0 ? null : _groups,
        };

    /// <summary>Adds a shard.</summary>
    /// <exception cref="InputException">It is not Parquet, or lacks a column, or a label has no class.</exception>
    public void Read(string file, DatasetOptions options)
    {
        try
        {
            ReadAsync(file, options).GetAwaiter().GetResult();
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw Guarded.Unreadable(file, "Parquet", e);
        }
    }

    private async Task ReadAsync(string file, DatasetOptions options)
    {
        InputFile.Require(file, "Parquet file");
        if (new FileInfo(file).Length == 0)
            throw new InputException($"'{file}' is empty (0 bytes).", remedy: "Copy or download the file again.");
        var stamp = FileStamp.Of(file);
        await using var stream = new BoundedStream(InputFile.Open(file, "Parquet file"));
        ParquetCheck.Footer(stream);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream).ConfigureAwait(false);
        DataField image = ImageField(reader.Schema, file, options.ImageColumn);
        DataField? label = options.NeedsLabels ? LabelField(reader.Schema, file, options.LabelColumn) : null;
        DataField? groups = options.GroupColumn is null ? null : LabelField(reader.Schema, file, options.GroupColumn);
        ParquetCheck.Columns(stream, reader.Metadata!,
            [.. new[] { image, label, groups }.OfType<DataField>().Select(f => f.Path.ToString())]);
        LabelsAreNumbers = label is not null && !IsText(label);
        IReadOnlyList<string>? names = label is not null && LabelsAreNumbers
            ? NamesOf(reader.CustomMetadata, label.Name) ?? trainNames
            : null;
        if (_names.Count > 0 && !(names ?? []).SequenceEqual(ClassNames ?? []))
        {
            throw new InputException(
                $"'{file}' has other class names than the files before it.",
                remedy: "Write all files of a split with the same ClassLabel.");
        }

        ClassNames = names;
        int row = 0;
        // Rows that refer to the same dictionary entry are copies of its image.
        long left = ParquetCheck.MaxBytes(stamp.Length);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            byte[]?[] images = await ImagesAsync(rows, image).ConfigureAwait(false);
            string?[]? labels = label is null ? null : await LabelsAsync(rows, label).ConfigureAwait(false);
            if (groups is not null)
                _groups.AddRange(await LabelsAsync(rows, groups).ConfigureAwait(false));
            for (int i = 0; i < images.Length; i++, row++)
            {
                if ((left -= images[i]?.Length ?? 0) < 0)
                    throw new InvalidDataException("its images are more bytes than the file can hold");
                _store.Add(images[i]);
                _names.Add($"{file} row {row}");
                _classes.Add(labels is null ? string.Empty : ClassOf(labels[i], file, row, label!.Name));
            }
        }

        stamp.RequireUnchanged();
    }

    private string ClassOf(string? label, string file, int row, string column)
    {
        if (label is null || (LabelsAreNumbers && label[0] == '-'))
        {
            throw new InputException(
                $"'{file}' row {row} has no label ({column} is {label ?? "null"}).",
                remedy: "Leave out unlabelled rows or files; a missing test split is taken from training.");
        }

        if (ClassNames is null || !LabelsAreNumbers)
            return label;
        return int.TryParse(label, CultureInfo.InvariantCulture, out int index) && index < ClassNames.Count
            ? ClassNames[index]
            : throw new InputException(
                $"'{file}' row {row} has label {label}, but there are {ClassNames.Count} class names.",
                remedy: "Fix the file's ClassLabel.");
    }

    private static DataField ImageField(ParquetSchema schema, string file, string? column)
    {
        foreach (string path in (column is null ? ImageColumns : [column]).SelectMany(c => new[] { $"{c}/bytes", c }))
        {
            DataField? field = schema.DataFields.FirstOrDefault(f => f.Path.ToString() == path);
            if (field?.ClrType == typeof(byte[]) || field?.ClrType == typeof(ReadOnlyMemory<byte>))
                return field;
        }

        throw new InputException(
            $"'{file}' has no column '{column ?? ImageColumns[0]}' of images (binary, or a struct with bytes); "
                + $"its columns: {Columns(schema)}.",
            remedy: $"Write the encoded images to a column '{column ?? ImageColumns[0]}', as the Hugging Face layout does.");
    }

    private static DataField LabelField(ParquetSchema schema, string file, string? column)
    {
        string[] columns = column is null ? LabelColumns : [column];
        DataField? field = columns.Select(c => schema.DataFields.FirstOrDefault(f => f.Path.ToString() == c))
            .FirstOrDefault(f => f is not null);
        Type[] known = [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];
        return field is not null && !field.IsArray && (IsText(field) || known.Contains(field.ClrType)) ? field : throw new InputException(
            $"'{file}' has no column '{columns[0]}' of integers or text; its columns: {Columns(schema)}.",
            remedy: $"Write the class indices or names to a column '{columns[0]}', as the Hugging Face layout does, "
                + "or name another column.");
    }

    private static bool IsText(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(string);

    private static string Columns(ParquetSchema schema) => string.Join(", ", schema.Fields.Select(f => f.Name));

    /// <summary>
    /// A row group's images, null where a row has none. Read raw: the reader's own nullable form drops the nulls of a struct's fields, and
    /// every image after one would get the label of the row before it.
    /// </summary>
    private static async Task<byte[]?[]> ImagesAsync(ParquetRowGroupReader rows, DataField field)
    {
        var packed = new ReadOnlyMemory<byte>[rows.RowCount];
        var levels = new int[rows.RowCount];
        Memory<int>? definitions = field.MaxDefinitionLevel > 0 ? levels : default(Memory<int>?);
        await rows.ReadRawAsync<ReadOnlyMemory<byte>>(field, packed, definitions, null).ConfigureAwait(false);
        int next = 0;
        return [.. levels.Select(level => level == field.MaxDefinitionLevel ? packed[next++].ToArray() : null)];
    }

    private static async Task<string?[]> LabelsAsync(ParquetRowGroupReader rows, DataField field)
    {
        int count = (int)rows.RowCount;
        if (IsText(field))
        {
            var text = new string?[count];
            await rows.ReadAsync(field, text.AsMemory()).ConfigureAwait(false);
            return text;
        }

        return Type.GetTypeCode(field.ClrType) switch
        {
            TypeCode.Int64 => await NumbersAsync<long>(rows, field, count).ConfigureAwait(false),
            TypeCode.Int32 => await NumbersAsync<int>(rows, field, count).ConfigureAwait(false),
            TypeCode.Int16 => await NumbersAsync<short>(rows, field, count).ConfigureAwait(false),
            TypeCode.SByte => await NumbersAsync<sbyte>(rows, field, count).ConfigureAwait(false),
            TypeCode.Byte => await NumbersAsync<byte>(rows, field, count).ConfigureAwait(false),
            TypeCode.UInt16 => await NumbersAsync<ushort>(rows, field, count).ConfigureAwait(false),
            TypeCode.UInt32 => await NumbersAsync<uint>(rows, field, count).ConfigureAwait(false),
            _ => await NumbersAsync<ulong>(rows, field, count).ConfigureAwait(false),
        };
    }

    private static async Task<string?[]> NumbersAsync<T>(ParquetRowGroupReader rows, DataField field, int count)
        where T : struct, IFormattable
    {
        var values = new T?[count];
        await rows.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
        return values.Select(v => v?.ToString(null, CultureInfo.InvariantCulture)).ToArray();
    }

    /// <summary>The names of the ClassLabel feature, which <c>datasets</c> writes under the key "huggingface".</summary>
    private static string[]? NamesOf(Dictionary<string, string> metadata, string column)
    {
        if (!metadata.TryGetValue("huggingface", out string? json))
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement features = document.RootElement.GetProperty("info").GetProperty("features");
            return features.GetProperty(column).TryGetProperty("names", out JsonElement names)
                ? names.EnumerateArray().Select(n => n.GetString() ?? "").ToArray()
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Metadata of another writer: the labels are used as they are.
            return null;
        }
    }
}
