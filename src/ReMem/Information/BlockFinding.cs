using System.Globalization;
using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>The block probe's finding in one sentence.</summary>
internal static class BlockFinding
{
    /// <summary>The information lost by the topmost MLPs, compared with that lost by the topmost attentions.</summary>
    public static string Of(IReadOnlyList<TopResult> top)
    {
        int count = top.Max(t => t.Count);
        Interval Lost(SubBlockKind kind) => top.Single(t => t.Kind == kind && t.Count == count).Without.Lost;
        (Interval mlp, Interval attention) = (Lost(SubBlockKind.Mlp), Lost(SubBlockKind.Attention));
        string verdict = mlp.Overlaps(attention) ? "the intervals overlap, so which loses more is inconclusive"
            : mlp.Mean > attention.Mean ? "the MLPs lose more than the attentions" : "the attentions lose more than the MLPs";
        (string mlps, string attentions) = count == 1 ? ("MLP loses", "attention") : ($"{count} MLPs lose", $"{count} attentions");
        return $"The top {mlps} {Signed(mlp)} nats per pixel channel of the pooled feature's information about the image "
            + $"(it keeps that much more when they are skipped), the top {attentions} {Signed(attention)}: {verdict}.";
    }

    private static string Signed(Interval nats) => string.Create(
        CultureInfo.InvariantCulture, $"{nats.Mean:+0.0000;-0.0000;0.0000} ± {nats.HalfWidth:0.0000}");
}
