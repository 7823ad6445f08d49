using System.CommandLine;
using ReMem.Cli.Workers;
using ReMem.Recipes;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;

namespace ReMem.Cli.Commands;

/// <summary>Runs a comparison under a progress display and prints its table.</summary>
internal static class Comparison
{
    public static Option<int> Jobs() => new("--jobs", "-j")
    {
        Description = "Parts (a seed of a method) to compute at once, each in a separate process with its share of the cores.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<bool> PlanOnly() => new("--plan", "--dry-run")
    {
        Description = "Only print the estimated cost of the run on this machine (minutes, memory and disk, from a few timed steps).",
    };

    /// <summary>Prints the plan of a run.</summary>
    public static int Plan(Recipe recipe, string folder, int jobs, bool offline, bool json, CancellationToken cancellationToken)
    {
        Common.LoadLibtorch();
        RunPlan plan = Common.WithProgress(progress =>
            new ComparisonPipeline(recipe, progress, Common.Sources(offline, progress)).Plan(folder, jobs, cancellationToken));
        if (json)
            Common.PrintJson(plan);
        else
            Console.WriteLine(string.Join('\n', PlanTable.Lines(plan)));
        return ExitCodes.Done;
    }

    public static int Run(Recipe recipe, string folder, int jobs, bool offline, bool json, CancellationToken cancellationToken)
    {
        PartWorkers? workers = Workers(jobs, recipe);
        Common.LoadLibtorch();
        ComparisonReport report = Common.WithProgress(progress =>
            new ComparisonPipeline(recipe, progress, Common.Sources(offline, progress)).Run(folder, Common.CommandLine(), workers,
                cancellationToken));
        return Print(report, folder, json);
    }

    /// <summary>Processes for the parts; null where one is computed at a time, in this process.</summary>
    public static PartWorkers? Workers(int jobs, Recipe recipe) => jobs == 1 ? null : WorkerProcess.Workers(jobs, recipe.Threads);

    /// <summary>Prints a report that was written to a folder.</summary>
    /// <exception cref="ReMemException">The exported student failed its check.</exception>
    public static int Print(ComparisonReport report, string folder, bool json)
    {
        string? student = report.Onnx is { } onnx ? Path.GetFullPath(Path.Combine(folder, onnx.Path)) : null;
        if (json)
        {
            Console.WriteLine(File.ReadAllText(Path.Combine(folder, ReportWriter.JsonFile)));
        }
        else
        {
            PrintText(report);
            Console.WriteLine($"report: {Path.GetFullPath(Path.Combine(folder, ReportWriter.HtmlFile))}");
        }

        report.Onnx?.RequirePassed(student!);
        if (!json && student is not null)
            Console.WriteLine($"student: {student}");
        return ExitCodes.Done;
    }

    /// <summary>The table; the line of a failed check in red where that can be shown.</summary>
    private static void PrintText(ComparisonReport report)
    {
        string text = ConsoleTable.Render(report);
        string? failed = report.Onnx?.Failure is { } failure ? ConsoleTable.Failed(failure) : null;
        foreach (string line in text.Split('\n'))
        {
            bool red = line == failed && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            if (red)
                Console.ForegroundColor = ConsoleColor.Red;
            Console.WriteLine(line);
            if (red)
                Console.ResetColor();
        }
    }
}
