using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>Divides samples class by class, as a function of the seed and of the samples' order alone.</summary>
internal static class StratifiedSplit
{
    /// <summary>
    /// Shares each class out. Shares are rounded; where a class has the images for it, each part gets at least one, training before test before
    /// validation.
    /// </summary>
    /// <param name="labels">Each sample's class index.</param>
    /// <param name="valFraction">Share of validation; 0 takes none.</param>
    /// <param name="testFraction">Share of test; 0 takes none.</param>
    /// <param name="seed">Decides who goes where.</param>
    /// <returns>Three rising index lists.</returns>
    public static (int[] Train, int[] Val, int[] Test) Divide(IReadOnlyList<int> labels, double valFraction, double testFraction, long seed)
    {
        List<int> train = [], val = [], test = [];
        foreach (IGrouping<int, int> members in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]))
        {
            int[] indices = [.. members];
            int[] order = new CounterRandom(seed, "split", index: members.Key).Permutation(indices.Length);
            int forTest = Share(indices.Length, testFraction, indices.Length - 1);
            int forVal = Share(indices.Length, valFraction, indices.Length - 1 - forTest);
            for (int i = 0; i < order.Length; i++)
                (i < forTest ? test : i < forTest + forVal ? val : train).Add(indices[order[i]]);
        }

        return ([.. train.Order()], [.. val.Order()], [.. test.Order()]);
    }

    private static int Share(int count, double fraction, int most) =>
        fraction == 0 ? 0 : Math.Min(Math.Max(1, (int)Math.Round(count * fraction)), most);
}
