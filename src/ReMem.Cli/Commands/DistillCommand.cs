using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;

namespace ReMem.Cli.Commands;

/// <summary>remem distill: one student.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var student = new StudentArguments();
        var teachers = new Option<string[]>("--teacher-dir")
        {
            Description = "A folder that 'finetune' wrote, or hf-hub:owner/name; none trains on labels alone. Given more than once, the "
                + "teachers' probabilities are averaged.",
            HelpName = "DIR",
        };
        RecipeOptions settings = new RecipeOptions()
            .Add("--weights", "student.weights", "SOURCE")
            .Add("--prefix", "student.weights_prefix", "PREFIX")
            .Add("--temperature", "student.distillation.temperature")
            .Add("--weight", "student.distillation.weight")
            .Add("--weight-schedule", "student.distillation.weight_schedule", "SCHEDULE")
            .Add("--cache", "student.distillation.cache", "auto|none|DIR");
        var output = Common.Out("Where the model folder is written; an interrupted training there continues.");
        var json = Common.Json();
        Command command = Common.Command(
            "distill",
            "Train a small student on your images and a teacher's outputs for the same views. Further settings are key=value, "
                + "such as training.lr=1e-3.",
            "remem distill photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --out student/");
        foreach (Symbol symbol in (Symbol[])[.. student.Symbols, teachers, .. settings.Symbols, output, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Common.LoadLibtorch();
            bool offline = parsed.GetValue(student.Offline);
            string[] sources = parsed.GetValue(teachers) ?? [];
            LoadedTeacher? loaded = sources.Length > 0 ? Common.Teacher(sources[0], offline, cancellationToken) : null;
            Recipe recipe = student.Recipe(
                "distill",
                parsed,
                loaded?.Model,
                [
                    .. settings.Pairs(parsed),
                    $"student.further_teachers=[{string.Join(", ", sources.Skip(1).Select(CommandRecipe.Quote))}]",
                ]);
            return Common.RunStage(parsed.GetValue(output)!, offline, parsed.GetValue(json), (path, weights, progress) =>
                SingleStage.Distill(recipe, loaded, path, weights, progress, cancellationToken));
        }, _ => Common.EpochsAreKept);
        return command;
    }
}
