using ReMem.Evaluation;
using ReMem.Information;

namespace ReMem.Reports;

/// <summary>The charts of a block probe, as inline SVG. Attention and MLP have the same colour and marker in all charts.</summary>
internal static class BlockCharts
{
    private const int Whole = 0;
    private const int Attention = 1;
    private const int Mlp = 2;
    private const string Nats = "I_hat (nats per pixel channel)";
    private const string Percent = "accuracy (%)";

    /// <summary>I_hat along the stream: the attention of block b at b - 1/2, its MLP at b, the embedding at 0.</summary>
    public static string Stream(BlockProbeResult probe, Func<StreamInformation, InformationResult> feature)
    {
        Interval start = feature(probe.Embedding).NatsPerChannel;
        (double X, SubBlockResult SubBlock, Interval Value)[] points =
            [.. probe.SubBlocks.Select(s => (s.Block - (s.Kind == SubBlockKind.Attention ? 0.5 : 0), s, feature(s.After).NatsPerChannel))];
        var chart = new SvgChart("I_hat along the token stream", "block", Nats, ChartAxis.Around([0, probe.Depth], integers: true),
            ChartAxis.Around(points.SelectMany(p => Ends(p.Value)).Concat(Ends(start))), [(Whole, "embedding"),
                (Attention, "after attention"), (Mlp, "after MLP")]);
        chart.Path(Whole, [(0, start.Mean), .. points.Select(p => (p.X, p.Value.Mean))]);
        chart.Point(Whole, 0, start.Mean, $"embedding: {Figures.Nats(start)}", errorY: start.HalfWidth);
        foreach ((double x, SubBlockResult subBlock, Interval value) in points)
            chart.Point(
                Series(subBlock.Kind), x, value.Mean, $"after the {Name(subBlock.Kind)} of block {subBlock.Block}: {Figures.Nats(value)}",
                errorY: value.HalfWidth);
        return chart.Render();
    }

    /// <summary>I_hat of the pooled feature without each sub-block.</summary>
    public static string Without(BlockProbeResult probe) => ByBlock(
        probe, "I_hat without each sub-block", "block", Nats, 1, probe.Pooled.NatsPerChannel,
        probe.SubBlocks.Select(s => (s.Kind, s.Block, s.Without.Information.NatsPerChannel)));

    /// <summary>Accuracy without each sub-block.</summary>
    public static string AccuracyWithout(BlockProbeResult probe) => ByBlock(
        probe, "Accuracy without each sub-block", "block", Percent, 100, probe.Accuracy,
            probe.SubBlocks.Select(s => (s.Kind, s.Block, s.Without.Accuracy)));

    /// <summary>I_hat without the top k.</summary>
    public static string Top(BlockProbeResult probe) => ByBlock(
        probe, "I_hat without the top k", "number skipped", Nats, 1, probe.Pooled.NatsPerChannel,
        probe.Top.Select(t => (t.Kind, t.Count, t.Without.Information.NatsPerChannel)));

    /// <summary>Accuracy without the top k.</summary>
    public static string AccuracyTop(BlockProbeResult probe) => ByBlock(
        probe, "Accuracy without the top k", "number skipped", Percent, 100, probe.Accuracy,
            probe.Top.Select(t => (t.Kind, t.Count, t.Without.Accuracy)));

    /// <summary>The four measures of sparsity by block.</summary>
    public static string Usage(BlockProbeResult probe)
    {
        (string Name, Func<ActivationUsage, double> Of)[] measures =
        [
            ("above zero", u => u.AboveZero.Mean), ("units for 90 %", u => u.UnitsForNinety.Mean), ("cosine of two images", u => u.Cosine),
            ("overlap of two images", u => u.Jaccard),
        ];
        SubBlockResult[] mlps = [.. probe.SubBlocks.Where(s => s.Usage is not null)];
        // The colours of attention and MLP would be misleading here.
        int[] series = [Whole, 3, 4, Mlp];
        var chart = new SvgChart("Sparsity of the MLPs by block", "block", "share", Blocks(mlps.Select(s => s.Block)),
            ChartAxis.Around(mlps.SelectMany(s => measures.Select(m => m.Of(s.Usage!))), fromZero: true),
            measures.Select((m, i) => (series[i], m.Name)));
        for (int i = 0; i < measures.Length; i++)
        {
            chart.Path(series[i], [.. mlps.Select(s => ((double)s.Block, measures[i].Of(s.Usage!)))]);
            foreach (SubBlockResult s in mlps)
                chart.Point(series[i], s.Block, measures[i].Of(s.Usage!),
                    $"block {s.Block}: {measures[i].Name} {Figures.Number(measures[i].Of(s.Usage!), "0.000")}", faint: true);
        }

        return chart.Render();
    }

    private static string ByBlock(
        BlockProbeResult probe, string title, string xLabel, string yLabel, double scale, Interval whole,
        IEnumerable<(SubBlockKind Kind, int X, Interval Value)> values)
    {
        (SubBlockKind Kind, int X, Interval Value)[] points = [.. values];
        var chart = new SvgChart($"{title} of {probe.Model}", xLabel, yLabel, Blocks(points.Select(p => p.X)),
            ChartAxis.Around(points.SelectMany(p => Ends(p.Value)).Concat(Ends(whole)).Select(y => scale * y)), [(Attention, "attention"),
                (Mlp, "MLP")]);
        chart.Level(Whole, scale * whole.Mean);
        foreach (IGrouping<SubBlockKind, (SubBlockKind Kind, int X, Interval Value)> kind in points.GroupBy(p => p.Kind))
        {
            chart.Path(Series(kind.Key), [.. kind.Select(p => ((double)p.X, scale * p.Value.Mean))]);
            foreach ((_, int x, Interval value) in kind)
            {
                string number = scale == 1 ? Figures.Nats(value) : Figures.Percent(value);
                chart.Point(Series(kind.Key), x, scale * value.Mean, $"{Name(kind.Key)}, {x}: {number}", errorY: scale * value.HalfWidth);
            }
        }

        return chart.Render();
    }

    private static ChartAxis Blocks(IEnumerable<int> numbers) => ChartAxis.Around(numbers.Select(n => (double)n), integers: true);

    private static IEnumerable<double> Ends(Interval interval) => [interval.Low, interval.High];

    private static int Series(SubBlockKind kind) => kind == SubBlockKind.Mlp ? Mlp : Attention;

    private static string Name(SubBlockKind kind) => kind == SubBlockKind.Mlp ? "MLP" : "attention";
}
