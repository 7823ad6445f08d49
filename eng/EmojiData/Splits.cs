using System.Security.Cryptography;
using System.Text;

namespace ReMem.Eng.EmojiData;

/// <summary>Divides whole groups over train, validation and test, class by class, by a hash of the group's name and nothing else.</summary>
public static class Splits
{
    private const int Seed = 2506;

    /// <summary>The splits' names, which are the files' names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["train", "validation", "test"];

    /// <summary>The share of the images that each split is to have.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.60, 0.15, 0.25];

    /// <summary>64 bits that depend on the seed, the purpose and the name alone.</summary>
    public static ulong Hash(string purpose, string name) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}/{purpose}/{name}")));

    /// <summary>The split, as an index into <see cref="Names"/>, of every group.</summary>
    /// <param name="images">Group and class of every image. A group with several classes counts for its most frequent one.</param>
    public static IReadOnlyDictionary<string, int> Assign(IEnumerable<(string Group, int Class)> images)
    {
        var groups = images.GroupBy(i => i.Group, StringComparer.Ordinal).Select(g => (
            Name: g.Key,
            Size: g.Count(),
            Class: g.GroupBy(i => i.Class).OrderByDescending(c => c.Count()).ThenBy(c => c.Key).First().Key));
        Dictionary<string, int> splits = new(StringComparer.Ordinal);
        foreach (var members in groups.GroupBy(g => g.Class).OrderBy(c => c.Key))
        {
            int[] given = new int[Shares.Count];
            foreach (var (name, size, _) in members.OrderBy(g => Hash("split", g.Name)))
            {
                // Each group goes where its class is furthest behind, so that the shares hold in every class.
                int after = given.Sum() + size;
                int split = Enumerable.Range(0, given.Length).MaxBy(s => (Shares[s] * after) - given[s]);
                given[split] += size;
                splits[name] = split;
            }
        }

        return splits;
    }
}
