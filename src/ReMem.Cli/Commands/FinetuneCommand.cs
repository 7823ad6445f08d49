using System.CommandLine;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Teachers;

namespace ReMem.Cli.Commands;

/// <summary>remem finetune: one teacher.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var overrides = Common.Overrides();
        var model = new Option<string>("--model") { Description = "timm's name of a ViT; see 'remem models'.", Required = true };
        var weights = new Option<string?>("--weights") { Description = "Pretrained weights in any format that 'remem inspect' shows: a file, hf-hub:owner/name[@revision], local-dir:DIR or an https address; none starts from scratch.", HelpName = "SOURCE" };
        var prefix = Common.Prefix();
        var size = new Option<int>("--image-size") { Description = "Side of the views in pixels.", DefaultValueFactory = _ => 224 };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 10 };
        var rho = new Option<double>("--rho") { Description = "SAM's radius; 0 is the plain gradient.", DefaultValueFactory = _ => 0.05 };
        var sharpness = new Option<string>("--sharpness") { Description = "How the sharp gradient is found: sam, every(k), looksam(k,alpha), momentum(beta) or msam(beta).", HelpName = "POLICY", DefaultValueFactory = _ => "sam" };
        var schedule = new Option<string>("--rho-schedule") { Description = "constant, linear(start) or cosine(start) up or down to rho, or lr.", HelpName = "SCHEDULE", DefaultValueFactory = _ => "constant" };
        var reweighting = new Option<string>("--reweighting") { Description = "Policy of the blocks' scales: none, top(k,b), ramp(b), balanced(b), attention_top(k,a), attention_ramp(a), or auto, which measures a few and chooses.", DefaultValueFactory = _ => "none" };
        var seed = new Option<int>("--seed") { Description = "Decides every random draw." };
        var bad = Common.OnBadImage();
        var output = Common.Out("Where the model folder is written; an interrupted training there continues.");
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "finetune",
            "Fine-tune a pretrained ViT teacher on your images, sharpness-aware and with reweighted MLP blocks if you like. "
            + "Further settings are key=value, such as training.lr=1e-4 training.batch_size=32.",
            "remem finetune photos/ --model deit_tiny_patch16_224 --weights deit.safetensors --image-size 96 --rho 0.05 --out teacher/");
        foreach (Symbol symbol in new Symbol[] { data, overrides, model, weights, prefix, size, epochs, rho, sharpness, schedule, reweighting, seed, bad, output, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Recipe recipe = CommandRecipe.Assemble(
                "finetune",
                parsed.GetValue(data)!,
                parsed.GetValue(bad)!,
                parsed.GetValue(size),
                [
                    $"teacher.model={CommandRecipe.Quote(parsed.GetValue(model)!)}",
                    $"teacher.weights={CommandRecipe.QuoteOrNull(parsed.GetValue(weights))}",
                    $"teacher.weights_prefix={CommandRecipe.QuoteOrNull(parsed.GetValue(prefix))}",
                    $"teacher.training.epochs={parsed.GetValue(epochs)}",
                    $"teacher.sharpness={CommandRecipe.Quote(parsed.GetValue(sharpness)!)}",
                    $"teacher.rho_schedule={CommandRecipe.Quote(parsed.GetValue(schedule)!)}",
                    $"teacher.reweighting={CommandRecipe.Quote(parsed.GetValue(reweighting)!)}",
                    $"seeds=[{parsed.GetValue(seed)}]",
                    .. CommandRecipe.Prefixed("teacher", parsed.GetValue(overrides)),
                ]);
            TeacherOptions options = TeacherMethods.Options("both", recipe.Teacher)! with { Rho = parsed.GetValue(rho) };
            void Check()
            {
                TeacherFineTuner.RequireFit(options, recipe.Teacher.Model);
                StageChecks.RequireTrainable(recipe, student: false);
            }

            return Common.RunStage(
                recipe, $"rho {options.Rho}", parsed.GetValue(output)!, Check, parsed.GetValue(offline), parsed.GetValue(json), cancel,
                (context, folder) =>
                {
                    using FinishedTeacher teacher = new TeacherStage(context).Run(recipe.Teacher, options, recipe.Information, recipe.Seeds[0], folder);
                    return teacher.Result;
                }, "--weights FILE");
        }, _ => Common.EpochsAreKept);
        return command;
    }
}
