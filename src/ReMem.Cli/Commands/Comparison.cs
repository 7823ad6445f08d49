using System.CommandLine;
using ReMem.Cli.Workers;
using ReMem.Recipes;
using ReMem.Reports;

namespace ReMem.Cli.Commands;

/// <summary>Runs a comparison under a progress display and prints its table.</summary>
internal static class Comparison
{
    public static Option<int> Jobs() => new("--jobs", "-j")
    {
        Description = "Parts (a seed of a method) to compute at once, each in a process of its own with its share of the cores.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<bool> PlanOnly() => new("--plan", "--dry-run")
    {
        Description = "Say what the run would cost here (minutes, memory and disk, from a few timed steps), and do none of it.",
    };

    /// <summary>Prints the plan of a run.</summary>
    public static int Plan(Recipe recipe, string folder, int jobs, bool offline, bool json, CancellationToken cancel)
    {
        Common.LoadLibtorch();
        RunPlan plan = Common.WithProgress(progress => new ComparisonPipeline(recipe, progress, Common.Sources(offline, progress)).Plan(folder, jobs, cancel));
        if (json)
            Common.PrintJson(plan);
        else
            Console.WriteLine(string.Join('\n', PlanTable.Lines(plan)));
        return ExitCodes.Done;
    }

    public static int Run(Recipe recipe, string folder, int jobs, bool offline, bool json, CancellationToken cancel)
    {
        PartWorkers? workers = Workers(jobs, recipe);
        Common.LoadLibtorch();
        ComparisonReport report = Common.WithProgress(progress =>
            new ComparisonPipeline(recipe, progress, Common.Sources(offline, progress)).Run(folder, CommandLine(), workers, cancel));
        Print(report, folder, json);
        if (!json)
            Console.WriteLine($"student: {Path.GetFullPath(Path.Combine(folder, "student", "model.onnx"))}");
        return ExitCodes.Done;
    }

    /// <summary>Processes for the parts; null where one is computed at a time, in this process.</summary>
    public static PartWorkers? Workers(int jobs, Recipe recipe) => jobs == 1 ? null : WorkerProcess.Workers(jobs, recipe.Threads);

    /// <summary>Prints a report that was written to a folder.</summary>
    public static void Print(ComparisonReport report, string folder, bool json)
    {
        if (json)
        {
            Console.WriteLine(File.ReadAllText(Path.Combine(folder, ReportWriter.JsonFile)));
            return;
        }

        Console.WriteLine(ConsoleTable.Render(report));
        Console.WriteLine($"report: {Path.GetFullPath(Path.Combine(folder, ReportWriter.HtmlFile))}");
    }

    public static string CommandLine() => "remem " + string.Join(' ', Environment.GetCommandLineArgs()[1..].Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"\"{a}\"" : a));
}
