namespace ReMem.Data.Checks;

/// <summary>
/// Finds images that show the same picture, resized, recompressed or slightly retouched. Candidates share one quarter of their perceptual
/// hash, so that any two within 3 bits are compared; <see cref="ImagePrint.IsNear"/> decides.
/// </summary>
internal static class NearDuplicates
{
    private const int Quarters = 4;
    private const int QuarterBits = 16;

    /// <summary>Pairs whose merging gives the sets of near-duplicates; images that could not be decoded are in none.</summary>
    public static IReadOnlyList<(int A, int B)> Find(IReadOnlyList<ImagePrint> prints)
    {
        List<(int A, int B)> pairs = [];
        var sets = new DisjointSets(prints.Count);

        // Exact copies are chained, not compared with each other: one of ten thousand blank pages represents all.
        List<int> distinct = [];
        foreach (IGrouping<ulong, int> alike in Enumerable.Range(0, prints.Count).Where(i => prints[i].Thumbnail is not null)
            .GroupBy(i => prints[i].Hash))
        {
            List<int> kept = [];
            foreach (int i in alike)
            {
                int copy = kept.FindIndex(k => prints[k].Thumbnail.AsSpan().SequenceEqual(prints[i].Thumbnail));
                if (copy >= 0)
                    Join(kept[copy], i);
                else
                    kept.Add(i);
            }

            distinct.AddRange(kept);
        }

        for (int quarter = 0; quarter < Quarters; quarter++)
        {
            int shift = quarter * QuarterBits;
            foreach (IGrouping<ushort, int> bucket in distinct.GroupBy(i => (ushort)(prints[i].Hash >> shift)))
            {
                int[] members = [.. bucket];
                for (int i = 0; i < members.Length; i++)
                {
                    for (int j = i + 1; j < members.Length; j++)
                    {
                        if (prints[members[i]].IsNear(prints[members[j]]) && sets.Find(members[i]) != sets.Find(members[j]))
                            Join(members[i], members[j]);
                    }
                }
            }
        }

        return pairs;

        void Join(int a, int b)
        {
            sets.Join(a, b);
            pairs.Add((a, b));
        }
    }
}
