using System.Globalization;

namespace ReMem.Recipes;

/// <summary>Parses seeds of a command line.</summary>
internal static class SeedList
{
    private const int MaxSeeds = 1000;

    /// <summary>Reads "0..2" or "0,1,2".</summary>
    /// <exception cref="InputException">It is neither, runs backwards, names a seed twice, or is a range of more than 1000.</exception>
    public static int[] Parse(string text)
    {
        InputException Unreadable() => new(
            $"The seeds '{text}' are not a range or list of different integers.",
            "--seeds",
            "For example --seeds 0..2 or --seeds 0,1,2.");
        int Number(string part) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : throw Unreadable();
        if (text.Split("..") is [var first, var last])
        {
            (int from, int to) = (Number(first), Number(last));
            return to >= from && to - from < MaxSeeds ? [.. Enumerable.Range(from, to - from + 1)] : throw Unreadable();
        }

        int[] seeds = [.. text.Split(',').Select(Number)];
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw Unreadable();
    }
}
