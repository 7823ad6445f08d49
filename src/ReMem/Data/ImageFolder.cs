namespace ReMem.Data;

/// <summary>One folder a class, with or without train/ val/ test/ above, as torchvision's ImageFolder.</summary>
internal static class ImageFolder
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp" };
    private static readonly string[] TrainNames = ["train", "training"];
    private static readonly string[] ValidationNames = ["val", "valid", "validation", "dev"];
    private static readonly string[] TestNames = ["test", "testing"];

    public static RawDataset Read(string folder)
    {
        string[] children = Children(folder);
        string? train = Find(children, TrainNames);
        int ignored = 0;
        if (train is null)
        {
            string[] classes = children;
            if (classes.Length == 0)
                throw new InputException("The data folder holds no class folder.", folder, "Put one folder of images a class into it, or train/ val/ test/ with such folders.");
            var index = Index(classes);
            return new RawDataset(Describe(folder), [.. index.Keys], Samples(folder, index, "data", ref ignored), null, null, Ignored(ignored));
        }

        var names = Index(Children(train));
        LabelledSamples? Split(string[] candidates, string split)
        {
            string? path = Find(children, candidates);
            return path is null ? null : Samples(path, names, split, ref ignored);
        }

        var trainSamples = Samples(train, names, "train", ref ignored);
        var validation = Split(ValidationNames, "validation");
        var test = Split(TestNames, "test");
        return new RawDataset(Describe(folder), [.. names.Keys], trainSamples, validation, test, Ignored(ignored));
    }

    private static string Describe(string folder) => $"image folder {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}";

    private static string[] Ignored(int count) => count == 0 ? [] : [$"{count} files without an image's extension were ignored"];

    private static string[] Children(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The data folder cannot be read.", folder, "Check its permissions.", e);
        }
    }

    private static string? Find(string[] folders, string[] names) =>
        folders.FirstOrDefault(f => names.Contains(Path.GetFileName(f), StringComparer.OrdinalIgnoreCase));

    private static Dictionary<string, int> Index(string[] folders) =>
        folders.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);

    private static LabelledSamples Samples(string folder, Dictionary<string, int> classes, string split, ref int ignored)
    {
        var samples = new List<(string, int, Func<byte[]>)>();
        foreach (string child in Children(folder))
        {
            if (!classes.TryGetValue(Path.GetFileName(child), out int label))
            {
                throw new InputException(
                    $"The class '{Path.GetFileName(child)}' of the {split} split is unknown to the training split.", child, "Add training images of it, or remove the folder.");
            }

            foreach (string file in Directory.EnumerateFiles(child, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = 0 }).Order(StringComparer.Ordinal))
            {
                if (Extensions.Contains(Path.GetExtension(file)))
                    samples.Add((file, label, () => File.ReadAllBytes(file)));
                else
                    ignored++;
            }
        }

        return new LabelledSamples(samples);
    }
}
