using System.CommandLine;
using ReMem.Recipes;

namespace ReMem.Cli.Commands;

/// <summary>remem demo: the main job on what ships inside.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out", "-o") { Description = "The run folder.", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine("runs", "demo") };
        var overrides = Common.Overrides();
        var jobs = Comparison.Jobs();
        var json = Common.Json();
        Command command = Common.Command(
            "demo",
            "The whole job on the emoji drawings and the small pretrained ViT that ship inside: four fine-tuned teachers, what each keeps, five students, "
            + "a table, a report and an ONNX file. About five minutes on two cores. The same command continues an interrupted demo.",
            "remem demo");
        command.Add(overrides);
        command.Add(output);
        command.Add(jobs);
        command.Add(json);
        command.Action((parsed, cancel) =>
        {
            Recipe recipe = RecipeReader.Read(BuiltIn.DemoRecipe, parsed.GetValue(overrides));
            return Comparison.Run(BuiltIn.Resolve(recipe), parsed.GetValue(output)!, parsed.GetValue(jobs), offline: false, parsed.GetValue(json), cancel);
        });
        return command;
    }
}
