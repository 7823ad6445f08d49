using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>Weights of classes by how many images they have.</summary>
internal sealed class ClassWeights : ISettingText
{
    private const double UsualBeta = 0.999;

    private static readonly CallReader<(string Name, double Beta)> Reader = new(
        "class weights",
        "effective(0.999)",
        new("none", "every class counts alike", [], _ => ("none", 0)),
        new("effective", "by the effective number of images (Cui 2019)", [CallArgument.Any("beta", UsualBeta)], n => ("effective", n[0])),
        new("inverse", "by the number of images", [], _ => ("inverse", 0)));

    private ClassWeights()
    {
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Reader.Forms;

    /// <summary>
    /// One weight per class: 1 / n ("inverse"), or (1 - beta) / (1 - beta^n), one by the effective number of images ("effective(beta)", Cui
    /// 2019), of classes of n images, 1 at the least; scaled so that their mean over the images is 1. Null for "none".
    /// </summary>
    /// <param name="text">The form.</param>
    /// <param name="counts">Images per class.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">The form cannot be read, or beta is not in [0, 1).</exception>
    public static double[]? Of(string text, IReadOnlyList<int> counts, string where)
    {
        (string name, double beta) = Read(text, where);
        if (name == "none")
            return null;
        double[] weights =
            [.. counts.Select(n => name == "inverse" ? 1.0 / Math.Max(n, 1) : (1 - beta) / (1 - Math.Pow(beta, Math.Max(n, 1))))];
        double mean = weights.Zip(counts, (w, n) => w * n).Sum() / counts.Sum();
        return [.. weights.Select(w => w / mean)];
    }

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Read(text, where);

    private static (string Name, double Beta) Read(string text, string where)
    {
        (string name, double beta) = Reader.Read(text, where);
        return beta is >= 0 and < 1
            ? (name, beta)
            : throw new InputException(
                FormattableString.Invariant($"In the class weights '{text}', beta is {beta}; it must be 0 to below 1."), where,
                "0.9 to 0.9999 is usual.");
    }
}
