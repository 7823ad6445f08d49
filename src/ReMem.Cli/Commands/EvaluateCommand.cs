using System.CommandLine;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Runtime;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem evaluate: a model's scores on a split.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var folder = Common.ModelDir();
        var split = new Option<string>("--split") { Description = "train, val or test.", DefaultValueFactory = _ => "test" };
        var bad = Common.OnBadImage();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "evaluate",
            "Score a model folder on a split: top-1, top-5, balanced accuracy, calibration error, and every class.",
            "remem evaluate photos/ --model-dir student/ --split test");
        foreach (Symbol symbol in new Symbol[] { data, folder, split, bad, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            string name = parsed.GetValue(split)!;
            if (name is not ("train" or "val" or "test"))
                throw Nearest.Unknown("split", name, ["train", "val", "test"], "--split");
            (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(Common.Folder(parsed.GetValue(folder)!, parsed.GetValue(offline), cancel));
            Recipe recipe = Common.Assemble("evaluate", parsed.GetValue(data)!, parsed.GetValue(bad)!, model.ImageSize, [Common.LeaksAreWarned], model.Info.CropPct);
            ClassificationMetrics metrics = Common.WithProgress(progress =>
            {
                PreparedData prepared = PreparedData.Open(recipe, progress);
                var stages = new Stages(prepared, progress, cancel);
                stages.AlignClasses(model, labels, parsed.GetValue(folder)!);
                return stages.Score(model, name switch { "train" => prepared.Dataset.Train, "val" => prepared.Dataset.Validation, _ => prepared.Dataset.Test });
            });
            if (parsed.GetValue(json))
            {
                Common.PrintJson(metrics);
                return ExitCodes.Done;
            }

            Console.WriteLine(Common.Summary(name, metrics));
            Console.WriteLine($"\n{"class",-32} {"count",6} {"recall",7} {"precision",10} {"F1",6}");
            foreach (ClassScore c in metrics.PerClass)
                Console.WriteLine(FormattableString.Invariant($"{c.Name,-32} {c.Count,6} {100 * c.Recall,7:0.0} {100 * c.Precision,10:0.0} {100 * c.F1,6:0.0}"));
            return ExitCodes.Done;
        });
        return command;
    }
}
