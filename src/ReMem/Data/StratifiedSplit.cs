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
    /// <param name="groups">Each sample's group: samples of one group are not parted. Null is each sample for itself.</param>
    /// <returns>Three rising index lists.</returns>
    public static (int[] Train, int[] Val, int[] Test) Divide(
        IReadOnlyList<int> labels, double valFraction, double testFraction, long seed, IReadOnlyList<int>? groups = null)
    {
        List<int> train = [], val = [], test = [];
        // A group of several classes counts as its first sample's.
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
                // The last unit is training's, whatever the others' shares still lack.
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

    private static int Share(int count, double fraction, int most) =>
        fraction == 0 ? 0 : Math.Min(Math.Max(1, (int)Math.Round(count * fraction)), most);
}
