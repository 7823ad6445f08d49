using System.CommandLine;
using ReMem.Recipes;

namespace ReMem.Cli.Commands;

/// <summary>remem demo: a whole comparison on included data.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out", "-o")
        {
            Description = "The run folder.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
        };
        var overrides = Common.Overrides();
        var jobs = Comparison.Jobs();
        var plan = Comparison.PlanOnly();
        var json = Common.Json();
        Command command = Common.Command(
            "demo",
            "A whole comparison on the included emoji drawings (45 with labels, 1,279 without) and small pretrained ViT: two fine-tuned "
                + "teachers, the information in each, three students, a table, a report and an ONNX file. "
                + "About three minutes on two cores. The same command continues an interrupted demo.",
            "remem demo");
        command.Add(overrides);
        command.Add(output);
        command.Add(jobs);
        command.Add(plan);
        command.Add(json);
        command.Action((parsed, cancellationToken) =>
        {
            Recipe recipe = RecipeReader.Read(BuiltIn.DemoRecipe, parsed.GetValue(overrides));
            Func<Recipe, string, int, bool, bool, CancellationToken, int> act = parsed.GetValue(plan) ? Comparison.Plan : Comparison.Run;
            return act(BuiltIn.Resolve(recipe), parsed.GetValue(output)!, parsed.GetValue(jobs), false, parsed.GetValue(json),
                cancellationToken);
        }, parsed => parsed.GetValue(plan) ? null : Common.EpochsAreKept);
        return command;
    }
}
