using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Recipes.Sweep;
using ReMem.Reports;
using ReMem.Weights.Hub;

namespace ReMem.Cli.Commands;

/// <summary>remem sweep: a recipe over a grid of values and over seeds, in one table.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A YAML file, such as recipes/grocery-deit-tiny.yaml." };
        var overrides = Common.Overrides();
        var grid = new Option<string[]>("--grid", "-g")
        {
            Description = "Values to try for a key, such as rho=0.02,0.05. Give it again for another key: every combination is tried.",
            HelpName = "KEY=V,V",
        };
        var seeds = new Option<string?>("--seeds")
        {
            Description = "Repetitions: 0..2, or 0,1,2. Default: the recipe's.",
            HelpName = "A..B",
        };
        var until = new Option<string?>("--until")
        {
            Description = "Add seeds until the interval of a difference is narrow enough: \"sam-standard<0.7\" is 0.7 points to each "
                + "side. The "
                + "given seeds decide how many are needed, so that the interval keeps its coverage.",
            HelpName = "A-B<POINTS",
        };
        var most = new Option<int>("--max-seeds")
        {
            Description = "Seeds in all with --until, at the most.",
            HelpName = "N",
            DefaultValueFactory = _ => 40,
        };
        var smoke = new Option<bool>("--smoke")
        {
            Description = "Shrink the recipe to about a minute per cell, to see that everything works.",
        };
        var output = new Option<string?>(
            "--out", "-o")
        {
            Description = "The sweep's folder; finished parts there are not repeated. Default: runs/NAME-sweep.",
            HelpName = "DIR"
        };
        var jobs = Comparison.Jobs();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "sweep",
            "Try every combination of some values of a recipe over seeds. Work that methods or combinations share is done once; the "
                + "settings of a method are chosen on validation.",
            "remem sweep recipes/grocery-deit-tiny.yaml --grid rho=0.02,0.05,0.1 --grid reweighting=top(4,0.25),top(4,0.5) --seeds 0..2 "
                + "--jobs 2");
        command.Add(recipe);
        command.Add(overrides);
        command.Add(grid);
        command.Add(seeds);
        command.Add(until);
        command.Add(most);
        command.Add(smoke);
        command.Add(output);
        command.Add(jobs);
        command.Add(offline);
        command.Add(json);
        command.Action((parsed, cancellationToken) =>
        {
            string file = parsed.GetValue(recipe)!;
            string[] values = parsed.GetValue(overrides) ?? [];
            bool small = parsed.GetValue(smoke);
            Recipe Read(IReadOnlyList<string> point)
            {
                Recipe loaded = RecipeReader.Read(file, [.. values, .. point]);
                return small ? loaded.Smoked() : loaded;
            }

            SweepAxis[] axes = [.. (parsed.GetValue(grid) ?? []).Select(SweepAxis.Parse)];
            SweepPlan plan = SweepPlan.Create(Read, axes, parsed.GetValue(seeds) is { } range ? SeedList.Parse(range) : null);
            SweepUntil? stop = parsed.GetValue(until) is { } text ? SweepUntil.Parse(text) : null;
            stop?.RequireIn(plan);
            string folder = parsed.GetValue(output) ?? Path.Combine("runs", $"{plan.Recipe.Name}-sweep");
            PartWorkers? workers = Comparison.Workers(parsed.GetValue(jobs), plan.Recipe);
            Common.LoadLibtorch();
            ComparisonReport report = Common.WithProgress(progress =>
            {
                WeightSource sources = Common.Sources(parsed.GetValue(offline), progress);
                ComparisonReport Run(SweepPlan some) => new SweepPipeline(some, progress, sources)
                    .Run(folder, Common.CommandLine(), workers, cancellationToken);
                if (stop is null)
                    return Run(plan);
                ComparisonReport found = stop.Run(plan, parsed.GetValue(most), more => SweepPlan.Create(Read, axes, more), Run, progress);
                ReportWriter.Write(found, folder);
                return found;
            });
            return Comparison.Print(report, folder, parsed.GetValue(json));
        }, _ => Common.EpochsAreKept);
        return command;
    }
}
