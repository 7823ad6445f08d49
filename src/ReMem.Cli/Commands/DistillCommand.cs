using System.CommandLine;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Cli.Commands;

/// <summary>remem distill: one student.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var overrides = Common.Overrides();
        var teacher = new Option<string?>("--teacher-dir") { Description = "A folder that 'finetune' wrote, or hf-hub:owner/name; none trains on labels alone.", HelpName = "DIR" };
        var student = new Option<string>("--student") { Description = "timm's name; see 'remem models'.", DefaultValueFactory = _ => "mobilenetv3_small_100" };
        var weights = new Option<string?>("--weights") { Description = "Weights the student starts from (a file, hf-hub:owner/name or an https address); none starts from scratch.", HelpName = "SOURCE" };
        var size = new Option<int?>("--image-size") { Description = "Side of the views in pixels. Default: the teacher's, else 224." };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 30 };
        var objective = new Option<string>("--objective") { Description = "The teacher's part of the loss: kl, standardized, dkd(a,b), dist(b,g), rkd(d,a), hint, cosine, or a sum such as 'kl + 0.5*rkd(25,50)'.", DefaultValueFactory = _ => "kl" };
        var temperature = new Option<double>("--temperature") { Description = "Softens teacher and student.", DefaultValueFactory = _ => 1 };
        var weight = new Option<double>("--weight") { Description = "Share of the teacher's part, 0 to 1.", DefaultValueFactory = _ => 0.9 };
        var seed = new Option<int>("--seed") { Description = "Decides every random draw." };
        var bad = Common.OnBadImage();
        var output = Common.Out("Where the model folder is written; an interrupted training there continues.");
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "distill",
            "Train a small student on your images and a teacher's outputs for the very same views. Further settings are key=value, such as training.lr=1e-3.",
            "remem distill photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --out student/");
        foreach (Symbol symbol in new Symbol[] { data, overrides, teacher, student, weights, size, epochs, objective, temperature, weight, seed, bad, output, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            string? folder = parsed.GetValue(teacher);
            (ImageModel Model, IReadOnlyList<string> Labels)? loaded =
                folder is null ? null : ModelFolder.Load(Common.Folder(folder, parsed.GetValue(offline), cancel));
            Recipe recipe = Common.Assemble(
                "distill",
                parsed.GetValue(data)!,
                parsed.GetValue(bad)!,
                parsed.GetValue(size) ?? loaded?.Model.ImageSize ?? 224,
                [
                    $"student.model={Common.Quote(parsed.GetValue(student)!)}",
                    $"student.weights={(parsed.GetValue(weights) is { } file ? Common.Quote(file) : "null")}",
                    $"student.training.epochs={parsed.GetValue(epochs)}",
                    $"student.distillation.objective={Common.Quote(parsed.GetValue(objective)!)}",
                    FormattableString.Invariant($"student.distillation.temperature={parsed.GetValue(temperature)}"),
                    FormattableString.Invariant($"student.distillation.weight={parsed.GetValue(weight)}"),
                    $"seeds=[{parsed.GetValue(seed)}]",
                    .. Common.Prefixed("student", parsed.GetValue(overrides)),
                ]);
            string teacherName = folder is null ? "none" : WeightSource.IsRemote(folder) ? folder : Path.GetFullPath(WeightSource.WithoutScheme(folder));
            return Common.RunStage(recipe, $"teacher {teacherName}", parsed.GetValue(output)!, parsed.GetValue(offline), parsed.GetValue(json), cancel, (stages, run) =>
            {
                if (loaded is { } t)
                    stages.RequireSameClasses(t.Labels, folder!);
                return stages.Student(recipe.Student, loaded?.Model, recipe.Seeds[0], run);
            });
        });
        return command;
    }
}
