using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>Weights of classes by how many images they have.</summary>
internal static class ClassWeights
{
    private static readonly Dictionary<string, double[]> Forms = new(StringComparer.Ordinal)
    {
        ["none"] = [],
        ["effective"] = [0.999],
        ["inverse"] = [],
    };

    /// <summary>
    /// One weight a class: 1 / n ("inverse"), or (1 - beta) / (1 - beta^n), one by the effective number of images ("effective(beta)", Cui 2019), of
    /// classes of n images, 1 at the least; scaled so that their mean over the images is 1. Null for "none".
    /// </summary>
    /// <param name="text">The form.</param>
    /// <param name="counts">Images a class.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">The form cannot be read, or beta is not in [0, 1).</exception>
    public static double[]? Of(string text, IReadOnlyList<int> counts, string where)
    {
        (string name, double beta) = Read(text, where);
        if (name == "none")
            return null;
        double[] weights = [.. counts.Select(n => name == "inverse" ? 1.0 / Math.Max(n, 1) : (1 - beta) / (1 - Math.Pow(beta, Math.Max(n, 1))))];
        double mean = weights.Zip(counts, (w, n) => w * n).Sum() / counts.Sum();
        return [.. weights.Select(w => w / mean)];
    }

    /// <summary>Refuses what is no form.</summary>
    public static void RequireReadable(string text, string where) => Read(text, where);

    private static (string Name, double Beta) Read(string text, string where)
    {
        (string name, IReadOnlyList<double> numbers) = NamedForm.Parse(text, "class weights", Forms, where);
        if (numbers is [not (>= 0 and < 1)])
            throw new InputException(FormattableString.Invariant($"In the class weights '{text}', beta is {numbers[0]}; it must be 0 to below 1."), where, "0.9 to 0.9999 is usual.");
        return (name, numbers.FirstOrDefault());
    }
}
