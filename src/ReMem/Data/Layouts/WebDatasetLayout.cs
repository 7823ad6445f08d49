using System.Text;
using System.Text.Json;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// WebDataset's tar shards: files with the same stem are a sample, as 0001.jpg with 0001.cls or 0001.json. Nothing is unpacked: images are
/// read in place from the shards.
/// </summary>
internal static class WebDatasetLayout
{
    private const int MaxLabelBytes = 1 << 20;
    private static readonly string[] LabelKeys = ["label", "class"];

    /// <summary>WebDataset's shards.</summary>
    public static DatasetLayout Layout { get; } = new("wds", "WebDataset's tar shards", Read)
    {
        Extensions = [".tar"],
        Recognises = folder => DataFiles.In(folder, ".tar").Length > 0,
    };

    /// <summary>Reads the shards that a source names.</summary>
    /// <exception cref="InputException">A shard is truncated, or a sample has no label.</exception>
    public static RawDataset Read(string source, DatasetOptions options)
    {
        List<string> warnings = [];
        string[] files = DataFiles.Find(source, "WebDataset", ".tar");
        List<RawSplit> splits = [];
        foreach ((string split, string[] shards) in DataFiles.BySplit(source, files, "WebDataset", warnings))
        {
            Sample[] samples = [.. shards.SelectMany(s => Samples(s, options))];
            splits.Add(new RawSplit(
                split, DataFiles.Where(shards), [.. samples.Select(s => s.Label).Distinct()], [.. samples.Select(s => s.Label)],
                [.. samples.Select(s => s.Name)], i => new FilePart(samples[i].Shard, samples[i].Offset, samples[i].Length))
            {
                Files = shards,
            });
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        return new RawDataset($"WebDataset {DataFiles.Shown(source)}", splits, null, warnings)
        {
            LabelsFile = new[] { "labels.txt", "classes.txt" }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists),
        };
    }

    private static List<Sample> Samples(string shard, DatasetOptions options)
    {
        FileStamp stamp = FileStamp.Of(shard);
        List<Sample> samples = [];
        string? key = null;
        List<Part> parts = [];
        foreach (Part part in Parts(shard, stamp))
        {
            if (part.Key != key)
                Finish();
            key = part.Key;
            parts.Add(part);
        }

        Finish();
        return samples;

        void Finish()
        {
            // A file of an undecodable format counts as the sample's image, so that it is reported.
            Part? image = parts.Where(p =>
                FileTree.IsAnyImage("x." + p.Extension) && (options.ImageColumn is null || p.Extension == options.ImageColumn))
                .OrderBy(p => FileTree.IsUnreadImage("x." + p.Extension)).FirstOrDefault();
            if (image is not null)
            {
                string name = $"{shard}/{image.Key}.{image.Extension}";
                if (image.Length > EncodedSource.MaxBytes)
                    throw EncodedSource.TooLarge(name);
                samples.Add(new Sample(stamp, image.Offset, (int)image.Length, name, Label(parts, stamp, options, name)));
            }

            parts.Clear();
        }
    }

    /// <summary>The files of a tar, with the offsets of their bytes.</summary>
    private static IEnumerable<Part> Parts(string shard, FileStamp stamp)
    {
        using FileStream stream = InputFile.Open(shard, "WebDataset shard");
        var tar = new TarListing(stream);
        while (Next(tar, shard) is { } entry)
        {
            if (entry.Length > stamp.Length - entry.Offset)
                throw CutShort(shard);
            if (entry.Kind != TarKind.File)
                continue;
            string name = FileTree.NameOf(entry.Name), folder = entry.Name[..^name.Length];
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            // Hidden files, including those that macOS adds, and folders of operating systems.
            if (dot > 0 && !entry.Name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").Any(SystemFiles.IsSystem))
                yield return new Part(folder + name[..dot], name[(dot + 1)..].ToLowerInvariant(), entry.Offset, entry.Length);
        }

        if (!tar.IsWhole)
            throw CutShort(shard);
    }

    private static TarItem? Next(TarListing tar, string shard)
    {
        try
        {
            return tar.Next();
        }
        catch (EndOfStreamException)
        {
            throw CutShort(shard);
        }
        catch (InvalidDataException e)
        {
            throw new InputException(
                $"'{shard}' is not a tar, or is damaged: {e.Message.TrimEnd('.')}.",
                remedy: "Copy or download it again; unpack a gzip first.", inner: e);
        }
    }

    private static InputException CutShort(string shard) => new($"The tar '{shard}' is cut short.", remedy: "Copy or download it again.");

    private static string Label(List<Part> parts, FileStamp stamp, DatasetOptions options, string name)
    {
        if (!options.NeedsLabels)
            return string.Empty;
        string? label = null, wanted = options.LabelColumn;
        if (parts.FirstOrDefault(p => p.Extension == (wanted ?? "cls")) is { } text)
            label = Text(text, stamp, name).Trim();
        else if (parts.FirstOrDefault(p => p.Extension == "json") is { } json)
            label = FromJson(Text(json, stamp, name), wanted is null ? LabelKeys : [wanted], name);
        return label is { Length: > 0 } ? label : throw new InputException(
            $"The image '{name}' has no label ({(wanted is null ? ".cls, or label in .json" : $".{wanted}, or {wanted} in .json")}).",
            remedy: "Leave out unlabelled samples, or name the key, as in wds:shards/*.tar?label=species.");
    }

    private static string Text(Part part, FileStamp stamp, string name) => part.Length <= MaxLabelBytes
        ? Encoding.UTF8.GetString(stamp.Read(part.Offset, (int)part.Length))
        : throw new InputException($"The .{part.Extension} of '{name}' has {part.Length} bytes, too many for a label.",
            remedy: "Check how the shards were written.");

    private static string? FromJson(string json, string[] keys, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (string key in keys)
            {
                if (document.RootElement.TryGetProperty(key, out JsonElement value))
                    return ManifestTable.TextOf(value);
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException(
                $"The .json of '{name}' is not a JSON object.", remedy: "Check how the shards were written.", inner: e);
        }
    }

    private sealed record Part(string Key, string Extension, long Offset, long Length);

    private sealed record Sample(FileStamp Shard, long Offset, int Length, string Name, string Label);
}
