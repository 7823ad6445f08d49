namespace ReMem.Projects;

/// <summary>
/// The texts of <see cref="Distillation.DistillationOptions.Objective"/>, for those who would rather not write them by hand. What the terms
/// compute, and their sources, is in docs/distillation.md.
/// </summary>
public static class Objective
{
    /// <summary>Divergence of the softened probabilities.</summary>
    public static string Kl => "kl";

    /// <summary>Cross-entropy with the teacher's answer.</summary>
    public static string Hard => "hard";

    /// <summary>Divergence of the softened probabilities of standardised logits.</summary>
    public static string Standardized => "standardized";

    /// <summary>Squared difference of the pooled features.</summary>
    public static string Hint => "hint";

    /// <summary>Angle between the pooled features.</summary>
    public static string Cosine => "cosine";

    /// <summary>Whitened patch tokens, position by position.</summary>
    public static string Tokens => "tokens";

    /// <summary>The label's class and the others apart.</summary>
    /// <param name="alpha">Weight of the label's class, 0 to 1e6.</param>
    /// <param name="beta">Weight of the others, 0 to 1e6.</param>
    public static string Dkd(double alpha = 1, double beta = 8) => FormattableString.Invariant($"dkd({alpha},{beta})");

    /// <summary>Correlations over classes and over images.</summary>
    /// <param name="beta">Weight of those over classes, 0 to 1e6.</param>
    /// <param name="gamma">Weight of those over images, 0 to 1e6.</param>
    public static string Dist(double beta = 1, double gamma = 1) => FormattableString.Invariant($"dist({beta},{gamma})");

    /// <summary>Distances and angles between the images' features.</summary>
    /// <param name="distance">Weight of the distances, 0 to 1e6.</param>
    /// <param name="angle">Weight of the angles, 0 to 1e6.</param>
    public static string Rkd(double distance = 25, double angle = 50) => FormattableString.Invariant($"rkd({distance},{angle})");

    /// <summary>The last blocks' attention, and relations of their values.</summary>
    /// <param name="distributions">Weight of the attention, 0 to 1e6.</param>
    /// <param name="relations">Weight of the relations, 0 to 1e6.</param>
    public static string Attention(double distributions = 1, double relations = 1) =>
        FormattableString.Invariant($"attention({distributions},{relations})");

    /// <summary>A term with a weight.</summary>
    /// <param name="weight">0 to 1e6.</param>
    /// <param name="term">One of the others.</param>
    public static string Weighted(double weight, string term) => FormattableString.Invariant($"{weight}*{term}");

    /// <summary>A term whose weight goes in a straight line from one number to another.</summary>
    /// <param name="first">At the first step, 0 to 1e6.</param>
    /// <param name="last">At the last step, 0 to 1e6.</param>
    /// <param name="term">One of the others.</param>
    public static string Weighted(double first, double last, string term) =>
        FormattableString.Invariant($"linear({first},{last})*{term}");

    /// <summary>The sum of terms.</summary>
    /// <param name="terms">One or more, with weights or without.</param>
    public static string Sum(params IReadOnlyList<string> terms) => string.Join(" + ", terms);
}
