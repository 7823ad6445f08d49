using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>How splits are made where a source has none.</summary>
public sealed record DatasetOptions
{
    /// <summary>Share of every class for validation, above 0 to 0.5. Default 0.15.</summary>
    public double ValFraction { get; init; } = 0.15;

    /// <summary>Share of every class for test, above 0 to 0.5. Default 0.15.</summary>
    public double TestFraction { get; init; } = 0.15;

    /// <summary>Seed of the splits. Default 0.</summary>
    public long Seed { get; init; }
}

/// <summary>Opens data sets: folders of class folders, with or without splits, and Parquet files in the Hugging Face layout.</summary>
public static class DatasetReader
{
    /// <summary>Opens a source; nothing is decoded yet.</summary>
    /// <param name="source">A folder, a Parquet file, or a pattern such as "data/*.parquet".</param>
    /// <param name="options">How splits are made where the source has none.</param>
    /// <exception cref="InputException">Missing, empty, of no known layout, or classes that differ between splits.</exception>
    public static ImageDataset Open(string source, DatasetOptions? options = null)
    {
        RawDataset raw = Read(source);
        var warnings = new List<string>(raw.Warnings);
        LabelledSamples? train = raw.Train, validation = raw.Validation, test = raw.Test;
        if (train is null || train.Count == 0)
            throw new InputException("The data set has no training image.", source, "Put one folder of images a class into it, or train/ val/ test/ with such folders.");

        RequireClasses(raw, train, source);
        options ??= new DatasetOptions();
        if (test is null)
        {
            (train, test) = StratifiedSplit.Take(train, options.TestFraction, options.Seed, "test");
            warnings.Add($"no test split: {test.Count} images were set aside by seed {options.Seed}");
        }

        if (validation is null)
        {
            (train, validation) = StratifiedSplit.Take(train, options.ValFraction, options.Seed, "val");
            warnings.Add($"no validation split: {validation.Count} images were set aside by seed {options.Seed}");
        }

        warnings.AddRange(Absent(raw.Classes, validation, "validation"));
        warnings.AddRange(Absent(raw.Classes, test, "test"));
        return new ImageDataset(raw.Description, raw.Classes, train, validation, test, warnings);
    }

    private static RawDataset Read(string source)
    {
        if (Directory.Exists(source))
        {
            string[] parquet = [.. Directory.EnumerateFiles(source, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
            return parquet.Length > 0 ? ParquetImages.Read(source, parquet) : ImageFolder.Read(source);
        }

        if (source.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            string folder = Path.GetDirectoryName(source) is { Length: > 0 } given ? given : ".";
            string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, Path.GetFileName(source)).Order(StringComparer.Ordinal)] : [];
            if (files.Length > 0)
                return ParquetImages.Read(source, files);
        }

        string what = File.Exists(source) ? "The data source is a file of no known kind." : "The data source does not exist.";
        throw new InputException(what, source, "Give a folder of class folders, one with train/ val/ test/, or Parquet files.");
    }

    private static void RequireClasses(RawDataset raw, LabelledSamples train, string source)
    {
        int[] counts = train.CountByClass(raw.Classes.Count);
        foreach ((string split, LabelledSamples? samples) in new[] { ("validation", raw.Validation), ("test", raw.Test) })
        {
            if (samples is null)
                continue;
            int[] others = samples.CountByClass(raw.Classes.Count);
            int stray = Enumerable.Range(0, counts.Length).FirstOrDefault(c => others[c] > 0 && counts[c] == 0, -1);
            if (stray >= 0)
            {
                throw new InputException(
                    $"The class '{raw.Classes[stray]}' has {others[stray]} {split} images but no training image.", source, "Add training images of it, or remove it from the other splits.");
            }
        }

        int empty = Array.IndexOf(counts, 0);
        if (empty >= 0)
            throw new InputException($"The class '{raw.Classes[empty]}' has no training image.", source, "Add images of it, or remove its folder.");
        if (raw.Classes.Count < 2)
            throw new InputException($"The data set has {raw.Classes.Count} class; a classifier needs at least 2.", source, "Put one folder of images a class into it.");
    }

    private static IEnumerable<string> Absent(IReadOnlyList<string> classes, LabelledSamples samples, string split)
    {
        int[] counts = samples.CountByClass(classes.Count);
        string[] absent = [.. classes.Where((_, i) => counts[i] == 0)];
        if (absent.Length > 0)
            yield return $"{absent.Length} of {classes.Count} classes have no {split} image ({string.Join(", ", absent.Take(3))}{(absent.Length > 3 ? ", ..." : string.Empty)})";
    }
}

/// <summary>What a reader found; splits that are null were not there.</summary>
internal sealed record RawDataset(
    string Description, IReadOnlyList<string> Classes, LabelledSamples? Train, LabelledSamples? Validation, LabelledSamples? Test, IReadOnlyList<string> Warnings);

/// <summary>Samples that know their place and how to read their bytes.</summary>
internal sealed class LabelledSamples(IReadOnlyList<(string Name, int Label, Func<byte[]> Read)> samples) : IImageSource
{
    public int Count => samples.Count;

    public int Label(int index) => samples[index].Label;

    public string Name(int index) => samples[index].Name;

    public byte[] Read(int index)
    {
        try
        {
            return samples[index].Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The image cannot be read.", samples[index].Name, "Check its permissions.", e);
        }
    }

    public int[] CountByClass(int classes)
    {
        int[] counts = new int[classes];
        foreach (var sample in samples)
            counts[sample.Label]++;
        return counts;
    }

    public LabelledSamples Pick(IEnumerable<int> indices) => new([.. indices.Select(i => samples[i])]);
}

/// <summary>Sets a share of every class aside, by seed.</summary>
internal static class StratifiedSplit
{
    /// <summary>Takes the share; a class keeps at least one sample, and one of two or more gives at least one.</summary>
    public static (LabelledSamples Kept, LabelledSamples Taken) Take(LabelledSamples samples, double fraction, long seed, string purpose)
    {
        var taken = new HashSet<int>();
        foreach (var group in Enumerable.Range(0, samples.Count).GroupBy(samples.Label))
        {
            int[] members = [.. group];
            int count = Math.Min(members.Length - 1, Math.Max(1, (int)Math.Round(fraction * members.Length)));
            int[] order = new CounterRandom(seed, $"split/{purpose}", index: group.Key).Permutation(members.Length);
            taken.UnionWith(order.Take(count).Select(i => members[i]));
        }

        return (samples.Pick(Enumerable.Range(0, samples.Count).Where(i => !taken.Contains(i))), samples.Pick(taken.Order()));
    }
}
