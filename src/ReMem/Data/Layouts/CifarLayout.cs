using System.Globalization;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// CIFAR-10 and CIFAR-100 in their binary layout (Krizhevsky 2009): a record is one label byte (CIFAR-100: coarse, then fine) and 32 x 32
/// pixels by channel.
/// </summary>
internal static class CifarLayout
{
    private const int Side = 32;
    private const int Pixels = 3 * Side * Side;

    // The largest of the originals has 50,000 images.
    private const long MaxBytes = 1L << 30;

    /// <summary>CIFAR-10.</summary>
    public static DatasetLayout Ten { get; } = new("cifar10", "CIFAR-10's binary files", (folder, _) => Read10(folder))
    {
        Recognises = folder => File.Exists(Path.Combine(folder, "data_batch_1.bin")),
    };

    /// <summary>CIFAR-100.</summary>
    public static DatasetLayout Hundred { get; } = new("cifar100", "CIFAR-100's binary files",
        (folder, options) => Read100(folder, options.LabelColumn))
    {
        Recognises = folder => File.Exists(Path.Combine(folder, "train.bin")) && File.Exists(Path.Combine(folder, "fine_label_names.txt")),
    };

    /// <summary>Reads CIFAR-10's data_batch_*.bin and test_batch.bin.</summary>
    /// <exception cref="InputException">A file is missing or truncated.</exception>
    public static RawDataset Read10(string folder)
    {
        string[] train = DataFiles.Find(Path.Combine(folder, "data_batch_*.bin"), "CIFAR-10", ".bin");
        string[] names = Names(folder, "batches.meta.txt");
        return Assemble("CIFAR-10", folder, train, Path.Combine(folder, "test_batch.bin"), names, labels: 1, label: 0);
    }

    /// <summary>Reads CIFAR-100's train.bin and test.bin.</summary>
    /// <param name="folder">The folder of the files.</param>
    /// <param name="label">"fine" or null: 100 classes; "coarse": 20.</param>
    /// <exception cref="InputException">A file is missing or truncated, or there is no such label.</exception>
    public static RawDataset Read100(string folder, string? label)
    {
        label ??= "fine";
        if (label is not ("fine" or "coarse"))
            throw Runtime.Nearest.Unknown("CIFAR-100 label", label, ["fine", "coarse"]);
        string[] names = Names(folder, $"{label}_label_names.txt");
        return Assemble(
            $"CIFAR-100 {label}", folder, [Path.Combine(folder, "train.bin")], Path.Combine(folder, "test.bin"), names, labels: 2,
            label == "fine" ? 1 : 0);
    }

    private static string[] Names(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path)
            ? InputFile.ReadNames(path, "list of class names")
            : throw new InputException($"'{folder}' has no '{file}'.", remedy: "Copy the class names from the same archive as the images.");
    }

    private static RawDataset Assemble(string name, string folder, string[] train, string test, string[] names, int labels, int label)
    {
        List<RawSplit> splits = [Split("train", train, names, labels, label)];
        if (File.Exists(test))
            splits.Add(Split("test", [test], names, labels, label));
        return new RawDataset($"{name} {DataFiles.Shown(folder)}", splits, names, []);
    }

    private static RawSplit Split(string split, string[] files, string[] names, int labels, int label)
    {
        int record = labels + Pixels;
        List<(FileStamp File, long Offset)> places = [];
        List<string> classes = [], samples = [];
        foreach (string file in files)
        {
            FileStamp stamp = FileStamp.Of(file);
            if (stamp.Length > MaxBytes)
                throw new InputException($"'{file}' has {stamp.Length} bytes, more than any CIFAR file.",
                    remedy: "Copy or download it again.");
            byte[] all = stamp.Read();
            if (all.Length == 0 || all.Length % record != 0)
                throw new InputException(
                    $"'{file}' has {all.Length} bytes, which is not a multiple of {record}.",
                    remedy: "Copy or download it again; the pickled version is not supported.");
            for (int at = 0; at < all.Length; at += record)
            {
                int index = all[at + label];
                if (index >= names.Length)
                    throw new InputException($"'{file}' record {at / record} has label {index}, but there are {names.Length} class names.",
                        remedy: "Copy or download it again.");
                classes.Add(names[index]);
                places.Add((stamp, at + labels));
                samples.Add(string.Create(CultureInfo.InvariantCulture, $"{file} record {at / record}"));
            }
        }

        return new RawSplit(
            split, DataFiles.Where(files), names, classes, samples,
            i => RawPixels.FromPlanes(places[i].File.Read(places[i].Offset, Pixels), Side, Side))
        {
            Files = files,
        };
    }
}
