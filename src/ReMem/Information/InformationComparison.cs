using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>A comparison of two measurements on the same images.</summary>
/// <param name="What">The first measurement.</param>
/// <param name="Against">The one it is compared with.</param>
/// <param name="Difference">
/// The first minus the second, nats per pixel channel, with an interval over decoder seeds: decoders of the same seed have the same split,
/// so paired differences vary less than the values.
/// </param>
/// <param name="Verdict">"higher", "lower", or "inconclusive" where the two intervals overlap.</param>
internal sealed record InformationComparison(string What, string Against, Interval Difference, string Verdict)
{
    /// <summary>Compares two measurements.</summary>
    /// <exception cref="ArgumentException">The measurements have different numbers of seeds.</exception>
    public static InformationComparison Of(string what, InformationResult a, string against, InformationResult b)
    {
        if (a.PerSeed.Count != b.PerSeed.Count)
            throw new ArgumentException($"{what} has {a.PerSeed.Count} seeds and {against} {b.PerSeed.Count}.", nameof(b));
        return new InformationComparison(what, against, Interval.Of([.. a.PerSeed.Zip(b.PerSeed, (x, y) => x - y)]), a.VerdictAgainst(b));
    }
}
