namespace ReMem.Data.Layouts;

/// <summary>
/// The 1000 classes of ImageNet's challenge (ILSVRC 2012), in the order of published weights: WordNet's synsets and their names.
/// </summary>
internal static class ImageNetClasses
{
    private const string Resource = "imagenet-classes.txt";
    private static readonly Lazy<(string[] Ids, string[] Names)> Classes = new(Read);

    /// <summary>The number of classes.</summary>
    public const int Count = 1000;

    /// <summary>Names in index order, such as "tench, Tinca tinca".</summary>
    public static IReadOnlyList<string> Names => Classes.Value.Names;

    /// <summary>WordNet ids in index order, such as "n01440764".</summary>
    public static IReadOnlyList<string> WordNetIds => Classes.Value.Ids;

    /// <summary>The name of a class's WordNet id; null for any other text.</summary>
    public static string? NameOf(string id)
    {
        if (id.Length != 9 || id[0] != 'n' || !id.AsSpan(1).ContainsOnlyDigits())
            return null;
        int index = Array.BinarySearch(Classes.Value.Ids, id, StringComparer.Ordinal);
        return index < 0 ? null : Classes.Value.Names[index];
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    private static (string[] Ids, string[] Names) Read()
    {
        using Stream stream = typeof(ImageNetClasses).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return ([.. lines.Select(l => l[..9])], [.. lines.Select(l => l[10..])]);
    }
}
