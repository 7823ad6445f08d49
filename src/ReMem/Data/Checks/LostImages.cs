using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>The images that classes lose because their formats are not decoded, whatever the file names.</summary>
internal static class LostImages
{
    private const int MaxNamed = 10;

    /// <summary>A sentence for each class that loses images, the largest share first; limited where there are many classes.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="scan">The data set's scan.</param>
    public static IReadOnlyList<string> Warnings(ImageDataset data, DatasetScan scan)
    {
        var formats = new Dictionary<string, int>?[data.Classes.Count];
        foreach ((IImageSource source, ImageScan images) in Pairs(data, scan))
        {
            foreach (int index in images.Reasons.Keys)
            {
                if (images.UnreadFormat(index) is { } format)
                    Count(formats[source.Label(index)] ??= new(StringComparer.Ordinal), format);
            }
        }

        int[] classes = [.. Enumerable.Range(0, formats.Length).Where(c => formats[c] is not null)];
        if (classes.Length == 0)
            return [];
        int[] totals = Totals(data, scan);
        int Lost(int c) => formats[c]!.Values.Sum();
        string[] sentences =
        [
            .. classes.OrderByDescending(c => (double)Lost(c) / totals[c]).ThenBy(c => c).Take(MaxNamed).Select(c =>
                $"The class '{data.Classes[c]}' loses {Lost(c)} of its {totals[c]} images: {Text(formats[c]!)} cannot be read. "
                    + "Convert them to JPEG or PNG."),
        ];
        return classes.Length <= MaxNamed
            ? sentences
            : [.. sentences, $"{classes.Length - MaxNamed} further classes lose images of formats that cannot be read."];
    }

    /// <summary>The classes that have training images of which none can be used.</summary>
    public static IReadOnlyList<string> Classes(ImageDataset data, DatasetScan scan)
    {
        var (given, usable) = (new int[data.Classes.Count], new int[data.Classes.Count]);
        for (int i = 0; i < data.Train.Count; i++)
        {
            given[data.Train.Label(i)]++;
            usable[data.Train.Label(i)] += scan.Splits[0].IsUsable(i) ? 1 : 0;
        }

        return [.. data.Classes.Where((_, c) => given[c] > 0 && usable[c] == 0)];
    }

    private static IEnumerable<(IImageSource Source, ImageScan Images)> Pairs(ImageDataset data, DatasetScan scan) =>
        DatasetScan.SplitsOf(data).Select((s, i) => (s.Source, scan.Splits[i]));

    private static int[] Totals(ImageDataset data, DatasetScan scan)
    {
        var totals = new int[data.Classes.Count];
        foreach ((IImageSource source, ImageScan images) in Pairs(data, scan))
        {
            for (int i = 0; i < images.Count; i++)
                totals[source.Label(i)]++;
        }

        return totals;
    }

    private static void Count(Dictionary<string, int> formats, string format) => formats[format] = formats.GetValueOrDefault(format) + 1;

    /// <summary>"3 HEIC and 1 AVIF files".</summary>
    private static string Text(Dictionary<string, int> formats) =>
        string.Join(" and ",
            formats.OrderByDescending(f => f.Value).ThenBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value} {f.Key}"))
            + " files";
}
