using System.CommandLine;
using System.Globalization;
using ReMem.Reports;

namespace ReMem.Cli.Commands;

/// <summary>remem power: what the seeds of a run can tell.</summary>
internal static class PowerCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a finished run or sweep with several seeds." };
        var json = Common.Json();
        Command command = Common.Command(
            "power",
            "From a run's own noise: which difference of two methods its seeds would show, and how many seeds smaller ones need "
                + "(paired t test, two-sided 5 %, power 80 %).",
            "remem power runs/grocery-sweep");
        command.Add(run);
        command.Add(json);
        command.Action((parsed, _) =>
        {
            string folder = parsed.GetValue(run)!;
            IReadOnlyList<PowerRow> rows = PowerRow.Of(ReportWriter.Read(folder), folder);
            if (parsed.GetValue(json))
                Common.PrintJson(rows);
            else
                Print(rows);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<PowerRow> rows)
    {
        string Points(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);
        string[] heads = [.. PowerRow.Differences.Select(d => string.Create(CultureInfo.InvariantCulture, $"{100 * d:0.0}"))];
        int width = rows.Max(r => r.Method.Length + r.Baseline.Length) + 3;
        string pairs = "methods".PadRight(width);
        Console.WriteLine($"{"",-40}{"".PadRight(Math.Max(0, width - 7))}   seeds needed for a true difference of (points)");
        Console.WriteLine($"{pairs} seeds  mean   SD (95 % interval)    shown {string.Concat(heads.Select(h => $"{h,7}"))}");
        foreach (PowerRow r in rows)
        {
            string needed = string.Concat(r.Needed.Select(n => $"{n?.ToString(CultureInfo.InvariantCulture) ?? "-",7}"));
            string spread = $"{Points(r.Deviation)} ({Points(r.DeviationLow)} to {Points(r.DeviationHigh)})";
            string difference = (100 * r.Difference).ToString("+0.00;-0.00", CultureInfo.InvariantCulture);
            Common.PrintLine($"{$"{r.Method} - {r.Baseline}".PadRight(width)} {r.Seeds,5} {difference,6}  {spread,-20} "
                + $"{Points(r.Detectable),6} {needed}");
        }

        Console.WriteLine("SD: of a seed's difference, in points. shown: the smallest true difference that these seeds show in four "
            + "cases of five.");
    }
}
