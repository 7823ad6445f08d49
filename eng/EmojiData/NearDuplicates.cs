namespace ReMem.Eng.EmojiData;

/// <summary>
/// Joins groups whose drawings are the same picture: equal pixels, or a 16 x 16 thumbnail that hardly differs, also when turned by quarter
/// turns or mirrored.
/// </summary>
public sealed class NearDuplicates
{
    /// <summary>Root mean square difference of two thumbnails, in 8-bit levels, up to which they are one picture; chosen by eye.</summary>
    public const double Threshold = 15;

    /// <summary>
    /// The same limit as a share of the fainter drawing's difference from the white ground, for drawings that are almost white.
    /// </summary>
    public const double RelativeThreshold = 0.3;

    private const int Side = 16;
    private readonly Dictionary<string, string> _parent = new(StringComparer.Ordinal);

    /// <summary>The name of the joined group that a group now belongs to: the first of its members' names in ordinal order.</summary>
    public string Root(string group)
    {
        while (_parent.TryGetValue(group, out string? parent))
            group = parent;
        return group;
    }

    /// <summary>Says that two groups are one.</summary>
    public void Join(string a, string b)
    {
        (a, b) = (Root(a), Root(b));
        if (a != b)
            _parent[string.CompareOrdinal(a, b) < 0 ? b : a] = string.CompareOrdinal(a, b) < 0 ? a : b;
    }

    /// <summary>Joins the groups of drawings with the same pixels.</summary>
    public void JoinEqual(IEnumerable<(string Group, Drawing Drawing)> drawings)
    {
        Dictionary<string, string> first = new(StringComparer.Ordinal);
        foreach ((string group, Drawing drawing) in drawings)
        {
            if (!first.TryAdd(drawing.Hash, group))
                Join(first[drawing.Hash], group);
        }
    }

    /// <summary>Joins the groups of drawings whose thumbnails lie within both thresholds.</summary>
    /// <returns>The pairs of drawings, by index, that joined two groups.</returns>
    public IReadOnlyList<(int A, int B)> JoinSimilar(IReadOnlyList<(string Group, Drawing Drawing)> drawings)
    {
        byte[][] thumbnails = drawings.Select(d => Thumbnail(d.Drawing)).ToArray();
        double[] limits = thumbnails.Select(Limit).ToArray();
        byte[][][] turned = thumbnails.Select(Symmetries).ToArray();
        List<(int A, int B)>[] found = new List<(int A, int B)>[drawings.Count];
        Parallel.For(0, drawings.Count, a =>
        {
            found[a] = [];
            for (int b = a + 1; b < drawings.Count; b++)
            {
                if (drawings[a].Group != drawings[b].Group && turned[b].Any(t => Within(thumbnails[a], t, Math.Min(limits[a], limits[b]))))
                    found[a].Add((a, b));
            }
        });
        List<(int A, int B)> joined = [];
        foreach ((int a, int b) in found.SelectMany(f => f))
        {
            if (Root(drawings[a].Group) == Root(drawings[b].Group))
                continue;
            Join(drawings[a].Group, drawings[b].Group);
            joined.Add((a, b));
        }

        return joined;
    }

    /// <summary>The largest sum of squared differences at which something is still the same picture as this one.</summary>
    private static double Limit(byte[] thumbnail)
    {
        double fromWhite = Math.Sqrt(thumbnail.Average(v => (255.0 - v) * (255 - v)));
        double limit = Math.Min(Threshold, RelativeThreshold * fromWhite);
        return limit * limit * thumbnail.Length;
    }

    private static bool Within(byte[] a, byte[] b, double limit)
    {
        int sum = 0;
        for (int i = 0; i < a.Length && sum <= limit; i += Side)
        {
            for (int j = i; j < i + Side; j++)
                sum += (a[j] - b[j]) * (a[j] - b[j]);
        }

        return sum <= limit;
    }

    private static byte[] Thumbnail(Drawing drawing)
    {
        byte[] small = new byte[Side * Side * 3];
        for (int i = 0; i < small.Length; i++)
        {
            int c = i % 3, x = 2 * (i / 3 % Side), y = 2 * (i / 3 / Side);
            int At(int dx, int dy) => drawing.Pixels[((((y + dy) * Drawing.Size) + x + dx) * 3) + c];
            small[i] = (byte)((At(0, 0) + At(1, 0) + At(0, 1) + At(1, 1) + 2) / 4);
        }

        return small;
    }

    private static byte[][] Symmetries(byte[] image)
    {
        byte[][] all = new byte[8][];
        for (int turn = 0; turn < 4; turn++)
        {
            all[turn] = turn == 0 ? image : Map(all[turn - 1], (x, y) => (y, Side - 1 - x));
            all[turn + 4] = Map(all[turn], (x, y) => (Side - 1 - x, y));
        }

        return all;
    }

    private static byte[] Map(byte[] image, Func<int, int, (int X, int Y)> source)
    {
        byte[] mapped = new byte[image.Length];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                (int sx, int sy) = source(x, y);
                image.AsSpan(((sy * Side) + sx) * 3, 3).CopyTo(mapped.AsSpan(((y * Side) + x) * 3));
            }
        }

        return mapped;
    }
}
