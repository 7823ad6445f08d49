using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// IDX files as in MNIST (LeCun 1998), gzipped or not: train-images-idx3-ubyte with train-labels-idx1-ubyte, and likewise t10k- or test-.
/// Images are [N, H, W] in grey or [N, H, W, 3].
/// </summary>
internal static partial class IdxLayout
{
    private const byte UnsignedBytes = 8;
    private const int MaxRatio = 100;
    private const long FreeBytes = 1 << 24;

    /// <summary>IDX files.</summary>
    public static DatasetLayout Layout { get; } = new("idx", "IDX files as MNIST has them", (folder, _) => Read(folder))
    {
        Recognises = folder => Directory.EnumerateFiles(folder).Any(f => ImagesName().IsMatch(Path.GetFileName(f))),
    };

    /// <summary>Reads a folder.</summary>
    /// <exception cref="InputException">
    /// A file is missing, truncated or of another kind, or the numbers of images and labels differ.
    /// </exception>
    public static RawDataset Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"The folder '{folder}' does not exist.",
                remedy: "Name the folder of the idx3-ubyte and idx1-ubyte files.");
        Dictionary<string, string> found = [];
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            Match name = ImagesName().Match(Path.GetFileName(file));
            if (!name.Success)
                continue;
            string split = name.Groups[1].Value.ToUpperInvariant() switch { "T10K" or "TEST" => "test", "TRAIN" => "train", _ => "val" };
            if (!found.TryAdd(split, file))
            {
                throw new InputException($"'{found[split]}' and '{file}' are both the {split} split.",
                    remedy: "Keep one of them: the packed or the unpacked file, with one data set per folder.");
            }
        }

        if (!found.ContainsKey("train"))
            throw new InputException($"'{folder}' has no train-images-idx3-ubyte file, packed or not.",
                remedy: "Copy or download it again.");
        RawSplit[] splits = [.. new[] { "train", "val", "test" }.Where(found.ContainsKey).Select(s => Split(s, found[s]))];
        return new RawDataset($"IDX {DataFiles.Shown(folder)}", splits, null, [])
        {
            LabelsFile = new[] { "labels.txt", "classes.txt" }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists),
        };
    }

    private static RawSplit Split(string split, string file)
    {
        string labelsFile = LabelsOf(file);
        (int[] shape, byte[] pixels) = Load(file);
        (int[] labelShape, byte[] labels) = Load(labelsFile);
        if (shape.Length is not (3 or 4) || (shape.Length == 4 && shape[3] != 3))
            throw new InputException($"'{file}' has the shape [{string.Join(", ", shape)}].",
                remedy: "Images are [N, H, W], or [N, H, W, 3].");
        if (labelShape.Length != 1 || labelShape[0] != shape[0])
            throw new InputException($"'{labelsFile}' has {labelShape[0]} labels for {shape[0]} images.",
                remedy: "Copy or download both files again.");
        (int height, int width) = (shape[1], shape[2]);
        int bytes = height * width * (shape.Length == 4 ? 3 : 1);
        string[] classes = [.. labels.Select(l => l.ToString(CultureInfo.InvariantCulture))];
        return new RawSplit(
            split, file, [.. classes.Distinct()], classes,
            [.. Enumerable.Range(0, labels.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"{file} image {i}"))],
            i =>
            {
                ReadOnlySpan<byte> image = pixels.AsSpan(i * bytes, bytes);
                return shape.Length == 4 ? RawPixels.FromInterleaved(image, width, height) : RawPixels.FromPlanes(image, width, height);
            })
        {
            Files = [file, labelsFile],
        };
    }

    private static string LabelsOf(string images)
    {
        string plain = Regex.Replace(images, "images([-.])idx[34]-ubyte(\\.gz)?$", "labels$1idx1-ubyte", RegexOptions.IgnoreCase);
        return new[] { plain, plain + ".gz" }.FirstOrDefault(File.Exists)
            ?? throw new InputException(
                $"'{images}' has no labels next to it ('{Path.GetFileName(plain)}', packed or not).",
                remedy: "Copy or download them, too.");
    }

    private static (int[] Shape, byte[] Data) Load(string file)
    {
        using FileStream stream = InputFile.Open(file, "IDX file");
        bool packed = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        using Stream content = packed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        try
        {
            Span<byte> number = stackalloc byte[4];
            content.ReadExactly(number);
            if (number[0] != 0 || number[1] != 0 || number[2] != UnsignedBytes || number[3] is 0 or > 4)
                throw new InputException($"'{file}' is not an IDX file of unsigned bytes.", remedy: "Copy or download it again.");
            var shape = new int[number[3]];
            long total = 1;
            for (int i = 0; i < shape.Length; i++)
            {
                content.ReadExactly(number);
                shape[i] = BinaryPrimitives.ReadInt32BigEndian(number);
                total = shape[i] < 1 || total > Array.MaxLength ? long.MaxValue : total * shape[i];
            }

            // Pictures of digits compress about 5 to 1: a header that states far more is a bomb, or damaged.
            if (total > Math.Min(Array.MaxLength, packed ? FreeBytes + (stream.Length * MaxRatio) : stream.Length))
                throw new InputException($"'{file}' claims the shape [{string.Join(", ", shape)}], more than its {stream.Length} bytes "
                    + "can hold.", remedy: "Copy or download it again.");
            var data = new byte[total];
            content.ReadExactly(data);
            return content.ReadByte() < 0
                ? (shape, data)
                : throw new InputException(
                    $"'{file}' continues after the shape [{string.Join(", ", shape)}] of its header.",
                    remedy: "Copy or download it again.");
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw new InputException($"'{file}' is cut short or damaged.", remedy: "Copy or download it again.", inner: e);
        }
    }

    [GeneratedRegex(@"^(?:.*-)?(train|t10k|test|val|valid|validation)-images[-.]idx[34]-ubyte(?:\.gz)?$", RegexOptions.IgnoreCase)]
    private static partial Regex ImagesName();
}
