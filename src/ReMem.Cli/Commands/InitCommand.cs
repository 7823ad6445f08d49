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
        var source = Common.Data();
        var output = new Option<string>("--out", "-o")
        {
            Description = "The recipe to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "recipe.yaml",
        };
        var model = new Option<string?>("--model")
        {
            Description = "The teacher, a transformer of 'remem models'. Default: by the number of cores.",
            HelpName = "NAME",
        };
        var weights = new Option<string?>("--weights")
        {
            Description = "The teacher's pretrained weights: a file, hf-hub:owner/name or an https address. Default: timm's on the hub, "
                + "downloaded by the first run.",
            HelpName = "SOURCE",
        };
        var prefix = Common.Prefix();
        var student = new Option<string?>("--student")
        {
            Description = "The student, a model of 'remem models'. Default: by the image size.",
            HelpName = "NAME",
        };
        var studentWeights = new Option<string?>("--student-weights")
        {
            Description =
                "Weights that the student starts from: a file, hf-hub:owner/name, auto (timm's on the hub) or none. Default: auto "
                + "where timm has any and the teacher's are from the hub, too; else none.",
            HelpName = "SOURCE",
        };
        var size = new Option<int?>("--image-size")
        {
            Description = "Side of the square views in pixels. Default: by images, teacher and cores.",
            HelpName = "N",
        };
        var unlabelled = new Option<string?>("--unlabelled")
        {
            Description = "Images without labels, which students learn from by a teacher's outputs: a folder of images, or any data set.",
            HelpName = "SOURCE",
        };
        var force = new Option<bool>("--force") { Description = "Overwrite an existing recipe." };
        var json = Common.Json();
        Command command = Common.Command(
            "init",
            "Inspect images, propose teacher, student, resolution, training lengths and methods, "
                + "and write a commented recipe that 'remem run' runs.",
            "remem init photos/ && remem run recipe.yaml");
        foreach (Symbol symbol in new Symbol[] { source, output, model, weights, prefix, student, studentWeights, size, unlabelled, force,
            json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string file = parsed.GetValue(output)!;
            RecipeInit.RequireFree(file, parsed.GetValue(force));
            Common.LoadLibtorch();
            var options = new ProposalOptions
            {
                Source = parsed.GetValue(source)!,
                Model = parsed.GetValue(model),
                Weights = parsed.GetValue(weights),
                WeightsPrefix = parsed.GetValue(prefix),
                Student = parsed.GetValue(student),
                StudentWeights = parsed.GetValue(studentWeights),
                ImageSize = parsed.GetValue(size),
                Unlabelled = parsed.GetValue(unlabelled),
            };
            (RecipeProposal proposal, RunPlan plan) =
                Common.WithProgress(progress => RecipeInit.Run(options, file, progress, cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(new
                {
                    recipe = Path.GetFullPath(file),
                    proposal.Teacher,
                    proposal.Weights,
                    proposal.Student,
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
        if (WeightSource.IsRemote(proposal.Weights))
            Console.WriteLine($"the first run downloads {proposal.Weights}; without a network, give the file with --weights");
        Console.WriteLine($"to see that everything works, in about a minute: remem run {ShellCommand.QuoteFile(file)} --smoke");
        Console.WriteLine($"to run it: remem run {ShellCommand.QuoteFile(file)}");
    }
}
