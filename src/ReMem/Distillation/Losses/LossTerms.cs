using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>The terms that an objective may have, a row each. Sources and advice are in docs/distillation.md.</summary>
internal static class LossTerms
{
    /// <summary>The largest weight or number of a term.</summary>
    public const double MaxNumber = 1e6;

    /// <summary>The term by which a student learns no more of its teacher than the class of unlabelled images.</summary>
    public const string PseudoLabels = "pseudo";

    /// <summary>Every term.</summary>
    public static IReadOnlyList<LossTerm> All { get; } =
    [
        new("kl", "divergence of the softened probabilities (Hinton 2015)", (s, t, _, temperature, _) =>
            DistillationLoss.KullbackLeibler(s.Logits, t.Logits, temperature)),
        new("hard", "cross-entropy with the teacher's answer (DeiT, Touvron 2021)",
            (s, t, _, _, _) => DistillationLoss.Hard(s.Logits, t.Logits)),
        new(PseudoLabels, "cross-entropy with the label, or with the teacher's answer where there is none (Lee 2013)",
            (s, _, labels, _, _) => nn.functional.cross_entropy(s.Logits, labels))
        {
            NeedsLabels = true,
        },
        new("standardized", "kl of standardised logits (Sun 2024)",
            (s, t, _, temperature, _) => Standardized(s.Logits, t.Logits, temperature)),
        new("dkd", "the label's class and the others apart (DKD, Zhao 2022)", (s, t, labels, temperature, a) =>
            DistillationLoss.Decoupled(s.Logits, t.Logits, labels, temperature, a[0], a[1]), Number("alpha", 1), Number("beta", 8))
        {
            NeedsLabels = true,
        },
        new("dist", "correlations over classes and over images (DIST, Huang 2022)", (s, t, _, temperature, a) =>
            DistillationLoss.Correlation(s.Logits, t.Logits, temperature, a[0], a[1]), Number("beta", 1), Number("gamma", 1)),
        new("rkd", "distances and angles between the images' features (RKD, Park 2019)", (s, t, _, _, a) =>
            Relational(s.Features!, t.Features!, a[0], a[1]), Number("distance", 25), Number("angle", 50))
        {
            NeedsFeatures = true,
        },
        new("hint", "squared difference of the pooled features (FitNets, Romero 2015)",
            (s, t, _, _, _) => FeatureLoss.Hint(s.Features!, t.Features!))
        {
            NeedsFeatures = true,
            NeedsSameWidth = true,
        },
        new("cosine", "angle between the pooled features", (s, t, _, _, _) => FeatureLoss.Cosine(s.Features!, t.Features!))
        {
            NeedsFeatures = true,
            NeedsSameWidth = true,
        },
        new("tokens", "whitened patch tokens, position by position (Wei 2022)", (s, t, _, _, _) => TokenLoss.Tokens(s.Tokens!, t.Tokens!))
        {
            NeedsTokens = true,
        },
        new("attention", "the last blocks' attention and relations of values (MiniLM, Wang 2020)", (s, t, _, _, a) =>
            TokenLoss.Attention(s.Attention!, t.Attention!, a[0], a[1]), Number("distributions", 1), Number("relations", 1))
        {
            NeedsAttention = true,
        },
    ];

    private static CallArgument Number(string name, double value) => new(name, 0, MaxNumber, value);

    private static Tensor Standardized(Tensor student, Tensor teacher, double temperature)
    {
        using Tensor s = DistillationLoss.Standardize(student), t = DistillationLoss.Standardize(teacher);
        return DistillationLoss.KullbackLeibler(s, t, temperature);
    }

    private static Tensor Relational(Tensor student, Tensor teacher, double distance, double angle)
    {
        using Scalar first = distance, second = angle;
        return (FeatureLoss.RelationalDistance(student, teacher) * first).Plus(FeatureLoss.RelationalAngle(student, teacher) * second);
    }
}
