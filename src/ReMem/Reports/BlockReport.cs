using System.Globalization;
using ReMem.Information;

namespace ReMem.Reports;

/// <summary>A block probe as one self-contained page: attention against MLP, block by block.</summary>
internal static class BlockReport
{
    /// <summary>The file name of the page.</summary>
    public const string HtmlFile = "blocks.html";

    /// <summary>The file name of the numbers.</summary>
    public const string JsonFile = "blocks.json";

    /// <summary>The page.</summary>
    /// <param name="probe">The measurements.</param>
    /// <param name="command">The command to repeat it.</param>
    public static string Render(BlockProbeResult probe, string command)
    {
        string token = probe.Token == "class_token" ? "class token" : "mean token";
        string accuracy = probe.AccuracyBy == "head" ? "by the model's own head" : "by a ridge classifier on the pooled feature";
        return new HtmlPage($"Block probe of {probe.Model}")
            .Paragraph(probe.Finding, "headline")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{probe.Architecture} at {probe.InputSize} px, {probe.Depth} blocks. Decoders were trained on {probe.TrainImages} "
                    + $"images and evaluated on {probe.TestImages} others at ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{probe.Meter.ImageSize} px, {probe.Meter.Seeds} seeds, "
                        + $"{(probe.Meter.Epochs == 0 ? "linear" : $"{probe.Meter.Epochs} epochs")}. ")
                + $"The whole model: I_hat {Figures.Nats(probe.Pooled.NatsPerChannel)} nats per pixel channel, accuracy "
                + $"{Figures.Percent(probe.Accuracy)} % {accuracy}. "
                + "Bars span 95 % intervals: over decoder seeds for I_hat, over test images for accuracy.")
            .Charts(
            [
                ("The stream, " + token, BlockCharts.Stream(probe, s => s.Token),
                    $"I_hat of the {token} after every attention and every MLP."),
                ("The stream, patch tokens", BlockCharts.Stream(probe, s => s.Patches),
                    $"I_hat of the {probe.MapGrid} x {probe.MapGrid} patch tokens after every attention and every MLP."),
                ("I_hat without it", BlockCharts.Without(probe),
                    "I_hat of the pooled feature when that one attention or MLP is skipped. Dashed: the whole model. Above it, the "
                        + "skipped sub-block loses information."),
                ("Accuracy without it", BlockCharts.AccuracyWithout(probe), $"Test accuracy {accuracy}. Dashed: the whole model."),
                ("I_hat without the top k", BlockCharts.Top(probe), "The topmost attentions, or MLPs, skipped together."),
                ("Accuracy without the top k", BlockCharts.AccuracyTop(probe), $"Test accuracy {accuracy}."),
                ("How sparsely the MLPs are used", BlockCharts.Usage(probe),
                    "Activations above zero after GELU; units that carry 90 % of an image's activation; how similar the use by two "
                        + "images is (cosine of all units, overlap of those that carry 90 %)."),
            ])
            .Heading("Every block")
            .Table(
                ["block", $"I_hat {token} after", "change", "I_hat patches after", "change", "I_hat without", "it loses", "verdict",
                    "accuracy without %", "change", "above zero %", "units for 90 % %", "cosine", "overlap"],
                probe.SubBlocks.Select(Row))
            .Heading("The top k skipped")
            .Table(
                ["skipped", "I_hat without", "they lose", "verdict", "accuracy without %", "change"],
                probe.Top.Select(t => (IReadOnlyList<string>)[$"top {t.Count} {Name(t.Kind)}", .. Skipped(t.Without)]))
            .Command(command)
            .Render();
    }

    private static string Name(SubBlockKind kind) => kind == SubBlockKind.Mlp ? "MLP" : "attention";

    private static IReadOnlyList<string> Row(SubBlockResult s) =>
    [
        $"{s.Block} {Name(s.Kind)}",
        Figures.Nats(s.After.Token.NatsPerChannel),
        Figures.Nats(s.TokenChange),
        Figures.Nats(s.After.Patches.NatsPerChannel),
        Figures.Nats(s.PatchesChange),
        .. Skipped(s.Without),
        Figures.Percent(s.Usage?.AboveZero),
        Figures.Percent(s.Usage?.UnitsForNinety),
        Figures.Number(s.Usage?.Cosine, "0.00"),
        Figures.Number(s.Usage?.Jaccard, "0.00"),
    ];

    private static string[] Skipped(SkipResult without) =>
    [
        Figures.Nats(without.Information.NatsPerChannel),
        Figures.Nats(without.Lost),
        without.Verdict,
        Figures.Percent(without.Accuracy),
        Figures.Percent(without.AccuracyChange),
    ];
}
