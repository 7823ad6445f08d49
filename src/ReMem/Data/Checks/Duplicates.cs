using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>The duplicates of a data set.</summary>
/// <param name="Groups">Exact groups, then near ones.</param>
/// <param name="ExactLeaks">Validation and test images that are byte for byte in an earlier split.</param>
/// <param name="NearLeaks">Further validation and test images that are near-duplicates of images of another split.</param>
internal sealed record Duplicates(IReadOnlyList<DuplicateGroup> Groups, int ExactLeaks, int NearLeaks)
{
    /// <summary>Finds them in a scan.</summary>
    public static Duplicates Of(ImageDataset data, DatasetScan scan)
    {
        (int Split, int Index)[] all = [.. scan.Splits.SelectMany((s, split) => Enumerable.Range(0, s.Count).Select(i => (split, i)))];
        (string Name, IImageSource Source)[] splits = DatasetScan.SplitsOf(data);
        UInt128 Hash(int i) => scan.Splits[all[i].Split].Hash(all[i].Index);
        DuplicateGroup Group(DuplicateKind kind, IEnumerable<int> members) => new(kind, [.. members.Select(m =>
        {
            (string name, IImageSource source) = splits[all[m].Split];
            return new DuplicateImage(name, all[m].Index, source.Name(all[m].Index), data.Classes[source.Label(all[m].Index)]);
        })]);

        int[] usable = [.. Enumerable.Range(0, all.Length).Where(i => scan.Splits[all[i].Split].IsUsable(all[i].Index))];
        int[][] exact = [.. usable.GroupBy(Hash).Select(g => g.ToArray()).Where(g => g.Length > 1)];
        var sets = new DisjointSets(all.Length);
        foreach (int[] group in exact)
            sets.JoinAll(group.Skip(1).Select(i => (group[0], i)));
        sets.JoinAll(scan.Near.Select(p => (p[0], p[1])));
        int[][] near =
        [
            .. usable.GroupBy(sets.Find).Select(g => g.ToArray()).Where(g => g.Length > 1 && g.Any(i => Hash(i) != Hash(g[0]))),
        ];

        // The first split keeps it: train, then val.
        HashSet<int> leaks = [.. exact.SelectMany(g => g.Where(i => all[i].Split != all[g[0]].Split))];
        HashSet<int> nearLeaks = [.. near.SelectMany(g => g.Where(i => all[i].Split != all[g[0]].Split))];
        nearLeaks.ExceptWith(leaks);
        return new Duplicates(
            [.. exact.Select(g => Group(DuplicateKind.Exact, g)), .. near.Select(g => Group(DuplicateKind.Near, g))], leaks.Count,
            nearLeaks.Count);
    }

    /// <summary>One sentence per finding that a user should know.</summary>
    public IEnumerable<string> Warnings()
    {
        DuplicateGroup? First(DuplicateKind kind) => Groups.FirstOrDefault(g => g.Kind == kind && g.AcrossSplits);
        if (First(DuplicateKind.Exact) is { } copy)
        {
            yield return $"{ExactLeaks} validation or test images are exact copies of images in another split ({Example(copy)}): "
                + "scores are too good. Remove them from one.";
        }

        if (NearLeaks > 0 && First(DuplicateKind.Near) is { } near)
        {
            yield return $"{NearLeaks} validation or test images show the same picture as one in another split, "
                + $"if not byte for byte ({Example(near)}): "
                + "scores are too good. Remove them from one.";
        }

        DuplicateGroup[] conflicts = [.. Groups.Where(g => g.DifferentLabels)];
        if (conflicts.Length > 0)
        {
            DuplicateImage first = conflicts[0].Images[0], other = conflicts[0].Images.First(i => i.Class != first.Class);
            yield return $"{conflicts.Length} pictures have several labels: '{first.Name}' is {first.Class} and '{other.Name}' is "
                + $"{other.Class}. "
                + "Keep the right one.";
        }
    }

    private static string Example(DuplicateGroup group)
    {
        DuplicateImage first = group.Images[0], other = group.Images.First(i => i.Split != first.Split);
        return $"'{other.Name}' is '{first.Name}'";
    }
}
