using System.Text.RegularExpressions;
using System.Xml.Linq;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed partial class BlockReportTests
{
    [Fact]
    public void The_page_is_well_formed_and_shows_every_number()
    {
        BlockProbeResult probe = Sample(3);
        XElement page = Parse(BlockReport.Render(probe, "remem probe 'a & b' --blocks"));
        Assert.Equal(7, page.Descendants("svg").Count());
        Assert.Contains(page.Descendants("p"), p => p.Value == probe.Finding);
        string[] rows = [.. page.Descendants("th").Where(th => th.Attribute("scope")?.Value == "row").Select(th => th.Value)];
        Assert.Equal(["1 attention", "1 MLP", "2 attention", "2 MLP", "3 attention", "3 MLP", "top 1 attention", "top 1 MLP"], rows);
        Assert.Contains(page.Descendants("td"), td => td.Value == "0.0812 ± 0.0010");
        Assert.Contains(page.Descendants("pre"), pre => pre.Value == "remem probe 'a & b' --blocks");
        // A marker per sub-block in four charts, one per top in two, four measures per MLP, and the embedding twice.
        int tips = page.Descendants("svg").Descendants("title").Count();
        Assert.Equal((4 * 6) + (2 * 2) + (4 * 3) + 2, tips);
    }

    [Fact]
    public void Nothing_is_loaded_and_every_text_is_escaped()
    {
        string page = BlockReport.Render(Sample(2) with { Model = "<script>", Finding = "<u>x</u>" }, "<i>");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<u>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(Reference(), page);
        Assert.Contains("default-src 'none'; style-src", page, StringComparison.Ordinal);
    }

    internal static XElement Parse(string page) =>
        XElement.Parse(Void().Replace(page.Replace("<!doctype html>", "", StringComparison.Ordinal), "<$1/>"));

    private static BlockProbeResult Sample(int depth)
    {
        InformationResult Nats(double mean) => new(new Interval(mean, 0.001, 3), [mean, mean, mean], 0, [0, 0, 0], 20, 0, 1);
        var skip = new SkipResult(Nats(0.0812), new Interval(0.002, 0.001, 3), "higher", new Interval(0.6, 0.02, 20),
            new Interval(-0.01, 0.02, 20));
        var usage = new ActivationUsage(new Interval(0.3, 0.01, 20), new Interval(0.4, 0.01, 20), 0.8, 0.6);
        StreamInformation stream = new(Nats(0.05), Nats(0.5));
        return new BlockProbeResult(
            "tiny", "vit_pico_patch4_32", depth, 32, 48, 20, "class_token", 8, "ridge", new InformationMeterOptions(), Nats(0.08),
            new Interval(0.61, 0.02, 20), stream,
            [.. SubBlock.All(depth).Select(s =>
                new SubBlockResult(s.Block + 1, s.Kind, stream, skip.Lost, skip.Lost, skip, s.Kind == SubBlockKind.Mlp ? usage : null))],
            [new(SubBlockKind.Attention, 1, skip), new(SubBlockKind.Mlp, 1, skip)], "A sentence.", 1);
    }

    [GeneratedRegex("<(meta [^>]*|br|img [^>]*)>")]
    private static partial Regex Void();

    [GeneratedRegex(@"\b(src|href|url|xlink|@import)\b\s*[=(]", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();
}
