using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Cli.Commands;

/// <summary>remem run: a whole comparison from a recipe.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE")
        {
            Description = "A YAML file, such as recipes/grocery-deit-tiny.yaml.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var overrides = Common.Overrides();
        var smoke = new Option<bool>("--smoke") { Description = "Shrink the recipe to about a minute, to see that everything works." };
        var output = new Option<string?>("--out", "-o") { Description = "The run folder. Default: runs/NAME.", HelpName = "DIR" };
        var resume = new Option<string?>("--resume") { Description = "Continue the run in this folder.", HelpName = "DIR" };
        var jobs = Comparison.Jobs();
        var plan = Comparison.PlanOnly();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "run",
            "Fine-tune the teachers of a recipe, measure their information about the image, distil a student from each, and compare. It "
                + "starts with a plan: the time that each stage will "
            + "take on this machine.",
            "remem run recipes/grocery-deit-tiny.yaml seeds=[0,1,2] --jobs 2 --out runs/grocery");
        command.Add(recipe);
        command.Add(overrides);
        command.Add(smoke);
        command.Add(output);
        command.Add(resume);
        command.Add(jobs);
        command.Add(plan);
        command.Add(offline);
        command.Add(json);
        command.Action((parsed, cancellationToken) =>
        {
            string? file = parsed.GetValue(recipe);
            string? folder = parsed.GetValue(resume);
            string[] values = parsed.GetValue(overrides) ?? [];
            if (folder is not null
                && (file is not null || values.Length > 0 || parsed.GetValue(smoke) || parsed.GetValue(output) is not null))
                throw new InputException("--resume takes its recipe from the run folder; give nothing else with it.", "command line");
            if (folder is null && file is null)
                throw new InputException("No recipe was given.", "command line", "For example: remem run recipes/grocery-deit-tiny.yaml");
            Recipe loaded = folder is not null
                ? RecipeReader.Parse(RunFolder.RecipeOf(folder), Path.Combine(folder, "recipe.yaml"))
                : RecipeReader.Read(file!, values);
            if (parsed.GetValue(smoke))
                loaded = loaded.Smoked();
            Func<Recipe, string, int, bool, bool, CancellationToken, int> act = parsed.GetValue(plan) ? Comparison.Plan : Comparison.Run;
            return act(
                loaded,
                folder ?? parsed.GetValue(output) ?? Path.Combine("runs", loaded.Name),
                parsed.GetValue(jobs),
                parsed.GetValue(offline),
                parsed.GetValue(json),
                cancellationToken);
        }, parsed => parsed.GetValue(plan) ? null : Common.EpochsAreKept);
        return command;
    }
}
