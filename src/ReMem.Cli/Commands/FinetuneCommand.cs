using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Teachers;

namespace ReMem.Cli.Commands;

/// <summary>remem finetune: one teacher.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var overrides = Common.Overrides();
        RecipeOptions settings = new RecipeOptions()
            .Add("--model", "teacher.model", required: true)
            .Add("--weights", "teacher.weights", "SOURCE")
            .Add("--prefix", "teacher.weights_prefix", "PREFIX")
            .Add("--image-size", "data.image_size", "N")
            .Add("--epochs", "teacher.training.epochs", "N")
            .Add("--rho", "teacher.rho")
            .Add("--sharpness", "teacher.sharpness", "POLICY")
            .Add("--rho-schedule", "teacher.rho_schedule", "SCHEDULE")
            .Add("--reweighting", "teacher.reweighting", "POLICY", "none")
            .Add("--on-bad-image", "data.on_bad_image");
        var method = new Option<string?>("--method")
        {
            Description = "A method of recipes, such as early, sam+calibrated or mcmi; without it rho and reweighting say what is done.",
            HelpName = "NAME",
        };
        var seed = new Option<int>("--seed") { Description = "Decides every random draw." };
        var output = Common.Out("Where the model folder is written; an interrupted training there continues.");
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "finetune",
            "Fine-tune a pretrained ViT teacher on your images, optionally with sharpness-aware minimisation and reweighted MLP blocks. "
            + "Further settings are key=value, such as training.lr=1e-4 training.batch_size=32.",
            "remem finetune photos/ --model deit_tiny_patch16_224 --weights deit.safetensors --image-size 96 --rho 0.05 --out teacher/");
        foreach (Symbol symbol in (Symbol[])[data, overrides, .. settings.Symbols, method, seed, output, offline, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Recipe recipe = CommandRecipe.Assemble(
                "finetune",
                parsed.GetValue(data)!,
                [
                    .. settings.Pairs(parsed),
                    $"seeds=[{parsed.GetValue(seed)}]",
                    // Takes every radius; which method it is shows when the key=value pairs are read.
                    "methods=[reweighted]",
                    .. CommandRecipe.Prefixed("teacher", parsed.GetValue(overrides)),
                ]);
            TeacherMethod taken = parsed.GetValue(method) is { } named
                ? Teachers(named)
                : recipe.Teacher.Options.Rho > 0 ? TeacherMethod.Both : TeacherMethod.Reweighted;
            recipe = recipe with { Methods = [taken] };
            string identity = parsed.GetValue(method) is null
                ? $"rho {recipe.Teacher.Prepared(taken)!.Options.Rho}"
                : SingleStage.Identity(recipe, taken);
            return Common.RunStage(parsed.GetValue(output)!, parsed.GetValue(offline), parsed.GetValue(json), (path, sources, progress) =>
                SingleStage.FineTune(recipe, taken, identity, path, sources, progress, cancellationToken), "--weights FILE");
        }, _ => Common.EpochsAreKept);
        return command;
    }

    /// <summary>A method that prepares a teacher and nothing else.</summary>
    private static TeacherMethod Teachers(string name)
    {
        var method = TeacherMethod.Parse(name);
        return method is { HasTeacher: true, TeachesClassOnly: false } ? method : throw new InputException(
            $"The method '{method}' is one of students.", "--method", "Name a method that prepares a teacher, such as standard or sam.");
    }
}
