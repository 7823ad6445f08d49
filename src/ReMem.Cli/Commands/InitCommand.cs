using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Init;
using ReMem.Recipes.Plan;
using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Cli.Commands;

/// <summary>remem init: inspects images and writes a recipe for them.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var choices = new ProposalArguments();
        var output = new Option<string>("--out", "-o")
        {
            Description = "The recipe to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "recipe.yaml",
        };
        var force = new Option<bool>("--force") { Description = "Overwrite an existing recipe." };
        var json = Common.Json();
        Command command = Common.Command(
            "init",
            "Inspect images, propose teacher, student, resolution, training lengths and methods, "
                + "and write a commented recipe that 'remem run' runs.",
            "remem init photos/ && remem run recipe.yaml");
        foreach (Symbol symbol in (Symbol[])[.. choices.Symbols, output, force, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string file = parsed.GetValue(output)!;
            RecipeInit.RequireFree(file, parsed.GetValue(force));
            Common.LoadLibtorch();
            ProposalOptions options = choices.Options(parsed);
            (RecipeProposal proposal, RunPlan plan) =
                Common.WithProgress(progress => RecipeInit.Run(options, file, progress, cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(new
                {
                    recipe = Path.GetFullPath(file),
                    proposal.Teacher,
                    proposal.Weights,
                    proposal.Student,
                    proposal.StudentWeights,
                    proposal.ImageSize,
                    proposal.Recipe.Methods,
                    plan
                });
            else
                Print(file, proposal, plan);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(string file, RecipeProposal proposal, RunPlan plan)
    {
        Recipe recipe = proposal.Recipe;
        Console.WriteLine($"{file}: {proposal.Teacher} to {proposal.Student} at {proposal.ImageSize} px, {recipe.Methods.Count} methods "
            + $"x {recipe.Seeds.Count} seeds, "
            + $"about {PlanTable.Duration(plan.Seconds)} on this machine");
        foreach (string warning in plan.Warnings)
            Console.WriteLine($"warning: {warning}");
        foreach ((string? weights, string option) in new[] { (proposal.Weights, "--weights"),
            (proposal.StudentWeights, "--student-weights") })
        {
            if (weights is not null && WeightSource.IsRemote(weights))
                Console.WriteLine($"the first run downloads {weights}; without a network, give the file with {option}");
        }

        Console.WriteLine($"to see that everything works, in about a minute: remem run {ShellCommand.QuoteFile(file)} --smoke");
        Console.WriteLine($"to run it: remem run {ShellCommand.QuoteFile(file)}");
    }
}
