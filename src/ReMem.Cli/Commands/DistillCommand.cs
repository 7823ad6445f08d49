using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Cli.Commands;

/// <summary>remem distill: one student.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var student = new StudentArguments();
        var teachers = new Option<string[]>("--teacher-dir") { Description = "A folder that 'finetune' wrote, or hf-hub:owner/name; none trains on labels alone. Given more than once, the teachers' probabilities are averaged.", HelpName = "DIR" };
        var weights = new Option<string?>("--weights") { Description = "Weights the student starts from (a file, hf-hub:owner/name or an https address); none starts from scratch.", HelpName = "SOURCE" };
        var prefix = Common.Prefix();
        var temperature = new Option<double>("--temperature") { Description = "Softens teacher and student.", DefaultValueFactory = _ => 1 };
        var weight = new Option<double>("--weight") { Description = "Share of the teacher's part, 0 to 1.", DefaultValueFactory = _ => 0.9 };
        var schedule = new Option<string>("--weight-schedule") { Description = "constant, linear(start) or cosine(start) up or down to that share, or lr.", HelpName = "SCHEDULE", DefaultValueFactory = _ => "constant" };
        var cache = new Option<string>("--cache") { Description = "Keeps the teacher's outputs on disk: auto (where views are recycled), none, or a folder; see 'remem cache'.", HelpName = "auto|none|DIR", DefaultValueFactory = _ => "auto" };
        var output = Common.Out("Where the model folder is written; an interrupted training there continues.");
        var json = Common.Json();
        Command command = Common.Command(
            "distill",
            "Train a small student on your images and a teacher's outputs for the very same views. Further settings are key=value, such as training.lr=1e-3.",
            "remem distill photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --out student/");
        foreach (Symbol symbol in (Symbol[])[.. student.Symbols, teachers, weights, prefix, temperature, weight, schedule, cache, output, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            bool offline = parsed.GetValue(student.Offline);
            string[] sources = parsed.GetValue(teachers) ?? [];
            LoadedTeacher? loaded = sources.Length > 0 ? Common.Teacher(sources[0], offline, cancel) : null;
            Recipe recipe = student.Recipe(
                "distill",
                parsed,
                loaded?.Model,
                $"student.weights={CommandRecipe.QuoteOrNull(parsed.GetValue(weights))}",
                $"student.weights_prefix={CommandRecipe.QuoteOrNull(parsed.GetValue(prefix))}",
                FormattableString.Invariant($"student.distillation.temperature={parsed.GetValue(temperature)}"),
                FormattableString.Invariant($"student.distillation.weight={parsed.GetValue(weight)}"),
                $"student.distillation.weight_schedule={CommandRecipe.Quote(parsed.GetValue(schedule)!)}",
                $"student.distillation.cache={CommandRecipe.Quote(parsed.GetValue(cache)!)}",
                $"student.further_teachers=[{string.Join(", ", sources.Skip(1).Select(CommandRecipe.Quote))}]");
            if (loaded is null && recipe.Student.FurtherTeachers.Count > 0)
                throw new InputException("The student has further teachers and no first one.", "student.further_teachers", "Give the first with --teacher-dir DIR.");
            return Common.RunStage(recipe, $"teacher {loaded?.Name ?? "none"}", parsed.GetValue(output)!, () => StageChecks.RequireTrainable(recipe, teacher: false), offline, parsed.GetValue(json), cancel, (context, folder) =>
            {
                if (loaded is not null)
                    context.AlignClasses(loaded.Model, loaded.Labels, loaded.Source);
                return new StudentStage(context).Run(recipe.Student, loaded is null ? null : new NamedTeacher(loaded.Model, loaded.Name), recipe.Seeds[0], folder);
            });
        }, _ => Common.EpochsAreKept);
        return command;
    }
}
