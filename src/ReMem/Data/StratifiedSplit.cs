using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>Splits samples class by class, as a function of the seed and of the samples' order alone.</summary>
internal static class StratifiedSplit
{
    /// <summary>
    /// Splits each class. Shares are rounded; where a class has enough images, each part gets at least one, training before test before
    /// validation.
    /// </summary>
    /// <param name="labels">Each sample's class index.</param>
    /// <param name="valFraction">Share of validation; 0 is none.</param>
    /// <param name="testFraction">Share of test; 0 is none.</param>
    /// <param name="seed">The seed of the split.</param>
    /// <param name="groups">Each sample's group: samples of a group stay together. Null is no groups.</param>
    /// <returns>Three rising index lists.</returns>
    public static (int[] Train, int[] Val, int[] Test) Divide(
        IReadOnlyList<int> labels, double valFraction, double testFraction, long seed, IReadOnlyList<int>? groups = null)
    {
        List<int> train = [], val = [], test = [];
        // A group of several classes counts for its first sample's class.
        int[][] units = [.. Enumerable.Range(0, labels.Count).GroupBy(i => groups?[i] ?? i).Select(g => g.ToArray())];
        foreach (IGrouping<int, int[]> members in units.GroupBy(u => labels[u[0]]))
        {
            int[][] own = [.. members];
            int[] order = new CounterRandom(seed, "split", index: members.Key).Permutation(own.Length);
            int count = own.Sum(u => u.Length);
            int forTest = Share(count, testFraction, count - 1);
            int forVal = Share(count, valFraction, count - 1 - forTest);
            int inTest = 0, inVal = 0, left = own.Length;
            foreach (int[] unit in order.Select(i => own[i]))
            {
                // The last unit goes to training, even where the others' shares are not reached.
                bool last = --left == 0 && inTest + inVal == count - unit.Length;
                if (!last && Fits(inTest, unit.Length, forTest))
                {
                    test.AddRange(unit);
                    inTest += unit.Length;
                }
                else if (!last && Fits(inVal, unit.Length, forVal))
                {
                    val.AddRange(unit);
                    inVal += unit.Length;
                }
                else
                {
                    train.AddRange(unit);
                }
            }
        }

        return ([.. train.Order()], [.. val.Order()], [.. test.Order()]);
    }

    /// <summary>Whether a unit brings a part nearer to its share.</summary>
    private static bool Fits(int have, int unit, int share) => have < share && have + unit - share <= share - have;

    private static int Share(int count, double fraction, int max) =>
        fraction == 0 ? 0 : Math.Min(Math.Max(1, (int)Math.Round(count * fraction)), max);
}
