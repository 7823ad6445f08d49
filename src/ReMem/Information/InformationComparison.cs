using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>Two measurements of the same images, one against the other.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Difference">
/// The first less the second, nats per pixel channel, with an interval over decoder seeds: decoders of one seed have the same split, so the pairs differ less than each varies.
/// </param>
/// <param name="Verdict">"higher", "lower", or "inconclusive" where the two intervals overlap.</param>
internal sealed record InformationComparison(string What, string Against, Interval Difference, string Verdict)
{
    /// <summary>Compares.</summary>
    /// <exception cref="ArgumentException">The measurements have different numbers of seeds.</exception>
    public static InformationComparison Of(string what, InformationResult a, string against, InformationResult b)
    {
        if (a.PerSeed.Count != b.PerSeed.Count)
            throw new ArgumentException($"{what} has {a.PerSeed.Count} seeds and {against} {b.PerSeed.Count}.", nameof(b));
        return new InformationComparison(what, against, Interval.Of([.. a.PerSeed.Zip(b.PerSeed, (x, y) => x - y)]), a.VerdictAgainst(b));
    }
}
