using System.Globalization;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Recipes.Run;
using ReMem.Reports;

namespace ReMem.Cli.Commands;

/// <summary>The human-readable output of 'remem probe'.</summary>
internal static class ProbeOutput
{
    public static void Print(ProbeReport report)
    {
        foreach (ModelInformation model in report.Models)
        {
            Console.WriteLine(FormattableString.Invariant($"{model.Model} ({model.Seconds:0} s)"));
            foreach (FeatureInformation f in model.Features)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  I_hat {f.Feature,-12} [{string.Join(", ", f.Shape)}]  {Nats(f.Information.NatsPerChannel)} nats per pixel "
                        + $"channel (95 % over {f.Information.NatsPerChannel.Count} decoder seeds)"));
                foreach (InformationCheck check in f.Checks)
                {
                    string cap = check.Cap is { } most ? FormattableString.Invariant($", at most ln N = {most:0.00}") : "";
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"    {check.Method,-9} {check.Nats.Mean:0.00} ± {check.Nats.HalfWidth:0.00} nats per image{cap} "
                            + $"({check.FeatureDimensions} and {check.CodeDimensions} components)"));
                }
            }
        }

        foreach (InformationComparison c in report.Comparisons)
            Console.WriteLine(FormattableString.Invariant(
                $"{c.What} against {c.Against}: {c.Difference.Mean:+0.0000;-0.0000} ± {c.Difference.HalfWidth:0.0000}, {c.Verdict}"));
        if (report.LeakedImages > 0)
            Console.WriteLine($"{report.LeakedImages} test images were left out, since they are also training images.");
        if (report.Pictures is not null)
            Console.WriteLine($"pictures: {report.Pictures}");
    }

    public static void Print(IReadOnlyList<BlockProbeResult> results, string output)
    {
        foreach (BlockProbeResult r in results)
        {
            string by = r.AccuracyBy == "head" ? "" : ", by a ridge classifier on the pooled feature";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Model}: I_hat of the pooled feature {Nats(r.Pooled.NatsPerChannel)} nats per pixel channel, accuracy "
                    + $"{100 * r.Accuracy.Mean:0.0} % ± {100 * r.Accuracy.HalfWidth:0.0}{by} ({r.Seconds:0} s)"));
            Console.WriteLine($"{"block",-14} {$"I_hat {r.Token}",22} {"I_hat patch_tokens",22} {"I_hat without",22} "
                + $"{"accuracy without %",19} {"above zero %",13} {"units for 90 %",15}");
            foreach (SubBlockResult s in r.SubBlocks)
            {
                string usage = s.Usage is { } u
                    ? FormattableString.Invariant($" {100 * u.AboveZero.Mean,13:0.0} {100 * u.UnitsForNinety.Mean,15:0.0}")
                    : "";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{$"{s.Block} {(s.Kind == SubBlockKind.Mlp ? "MLP" : "attention")}",-14} {Nats(s.After.Token.NatsPerChannel),22} "
                        + $"{Nats(s.After.Patches.NatsPerChannel),22} {Nats(s.Without.Information.NatsPerChannel),22} "
                        + $"{100 * s.Without.Accuracy.Mean,19:0.0}{usage}"));
            }

            foreach (TopResult t in r.Top)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"without the top {t.Count} {(t.Kind == SubBlockKind.Mlp ? "MLP" : "attention"),-9}: I_hat "
                        + $"{Nats(t.Without.Information.NatsPerChannel)}, they lose {Nats(t.Without.Lost)} ({t.Without.Verdict}), "
                        + $"accuracy {100 * t.Without.Accuracy.Mean:0.0} %"));
            }

            Console.WriteLine(r.Finding);
            Console.WriteLine($"figure: {Path.Combine(results.Count == 1 ? output : Path.Combine(output, r.Model), BlockReport.HtmlFile)}");
        }
    }

    private static string Nats(Interval nats) => FormattableString.Invariant($"{nats.Mean:0.0000} ± {nats.HalfWidth:0.0000}");
}
