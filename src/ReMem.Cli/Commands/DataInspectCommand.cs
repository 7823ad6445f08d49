using System.CommandLine;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Sources;
using ReMem.Recipes.Init;

namespace ReMem.Cli.Commands;

/// <summary>remem data inspect: the contents and faults of a data set.</summary>
internal static class DataInspectCommand
{
    private const int MaxClasses = 40;
    private const int MaxGroups = 10;
    private const int BarWidth = 30;

    public static Command Create()
    {
        var path = Common.Data();
        var html = new Option<string?>("--html")
        {
            Description = "Also write an index and a contact sheet per class to this folder.",
            HelpName = "DIR",
        };
        var leakage = new Option<string>("--leakage")
        {
            Description =
            "Validation and test images that are also in another split: strict fails at them, fail only at exact copies, warn at none.",
            HelpName = "strict|fail|warn",
            DefaultValueFactory = _ => "strict",
        };
        leakage.AcceptOnlyFromAmong("strict", "fail", "warn");
        var threads = new Option<int>("--threads") { Description = "Threads to decode on; 0 is all cores.", DefaultValueFactory = _ => 0 };
        var json = Common.Json();
        Command command = Common.Command(
            "inspect",
            "Count, measure and compare all images of a data set: classes, sizes, channel statistics, corrupt files, "
                + "exact and near duplicates within and "
            + "across splits, pictures with several labels. Images in two splits are an error. "
            + "For an unchanged data set the stored result is printed.",
            "remem data inspect photos/ --html sheets/");
        foreach (Symbol symbol in new Symbol[] { path, html, leakage, threads, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            int count = Common.Threads(parsed.GetValue(threads));
            ImageDataset data = DatasetReader.Open(parsed.GetValue(path)!);
            InspectionResult result = Common.WithProgress(progress =>
                DatasetInspector.Inspect(data, count, Preflight.ScanFolder, new InspectionLines(progress)));
            if (parsed.GetValue(html) is { } folder)
                ContactSheet.Write(folder, data, result);
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result);
            InspectionVerdict.Require(result, Enum.Parse<LeakagePolicy>(parsed.GetValue(leakage)!, ignoreCase: true));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(InspectionResult r)
    {
        Common.PrintLine($"{r.Description}: {r.Classes.Count} classes");
        foreach (SplitFacts s in r.Splits)
        {
            Console.WriteLine($"  {s.Split,-5} {s.Images} images, {s.Usable} usable; {Range(s.Width)} x {Range(s.Height)} px; "
                + string.Join(", ", s.Formats.Select(f => $"{f.Value} {f.Key}")));
        }

        Console.WriteLine(FormattableString.Invariant(
            $"  mean {Channels(r.ChannelMeans)}, deviation {Channels(r.ChannelDeviations)} (training pixels, 0 to 1)"));
        Console.WriteLine("classes (train / val / test):");
        double max = Math.Max(1, r.Classes.Max(c => c.Train));
        int width = r.Classes.Take(MaxClasses).Max(c => c.Class.Length);
        foreach (ClassImages c in r.Classes.Take(MaxClasses))
            Common.PrintLine(
                $"  {c.Class.PadRight(width)} {c.Train,6} {c.Validation,6} {c.Test,6}  "
                    + $"{new string('#', (int)Math.Ceiling(BarWidth * c.Train / max))}");
        if (r.Classes.Count > MaxClasses)
            Console.WriteLine($"  and {r.Classes.Count - MaxClasses} more");
        Console.WriteLine($"duplicates: {Groups(r, DuplicateKind.Exact, false)} exact and {Groups(r, DuplicateKind.Near, false)} near "
            + "groups within a split, "
            + $"{Groups(r, DuplicateKind.Exact, true)} and {Groups(r, DuplicateKind.Near, true)} across; {r.LabelConflicts} with "
            + "several labels");
        foreach (DuplicateGroup group in r.Duplicates.OrderByDescending(g => (g.DifferentLabels, g.AcrossSplits)).Take(MaxGroups))
            Common.PrintLine($"  {(group.Kind == DuplicateKind.Exact ? "exact" : "near")}: "
                + $"{string.Join(" = ", group.Images.Take(4).Select(i => $"{i.Name} ({i.Split}, {i.Class})"))}");
        foreach (string warning in r.Warnings)
            Common.PrintLine($"warning: {warning}");
    }

    private static int Groups(InspectionResult r, DuplicateKind kind, bool across) =>
        r.Duplicates.Count(g => g.Kind == kind && g.AcrossSplits == across);

    private static string Range(IReadOnlyList<int> values) => values[0] == values[2] ? $"{values[0]}" : $"{values[0]}-{values[2]}";

    private static string Channels(IReadOnlyList<double> values) =>
        string.Join(" ", values.Select(v => v.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)));
}
