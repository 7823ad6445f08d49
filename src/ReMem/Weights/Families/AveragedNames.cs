using System.Text.RegularExpressions;

namespace ReMem.Weights.Families;

/// <summary>Chooses among several networks in a file by their prefixes.</summary>
internal static partial class AveragedNames
{
    /// <summary>0 for averaged weights, 1 for a teacher, 2 for an unknown prefix, 3 for a student, 4 for the network of a loss.</summary>
    public static int Rank(string prefix)
    {
        string[] words = [.. Words().Matches(prefix).Select(m => m.Value.ToLowerInvariant())];
        bool Any(string[] whole, string[] starts) =>
            words.Any(w => whole.Contains(w) || starts.Any(s => w.StartsWith(s, StringComparison.Ordinal)));
        if (Any(["gan"], ["loss", "criteri", "lpips", "percept", "discrimin", "metric"]))
            return 4;
        if (Any(["ema", "emas", "swa", "avg", "emamodel", "modelema"], ["averag", "polyak", "shadow"]))
            return 0;
        if (Any(["target"], ["teacher", "momentum"]))
            return 1;
        return Any(["raw"], ["student", "online"]) ? 3 : 2;
    }

    /// <summary>Words, also separated by capitals: "modelEMA", "EMAModel".</summary>
    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
