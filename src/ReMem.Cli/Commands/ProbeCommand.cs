using System.CommandLine;
using ReMem.Information;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem probe: what a model's outputs keep of the image.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var overrides = Common.Overrides();
        var folder = Common.ModelDir();
        var bad = Common.OnBadImage();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "probe",
            "Measure how much of the image a model's logits and pooled feature keep: I_hat, in nats per pixel channel, from decoders that learn on the "
            + "training split and are judged on the test split. Further settings are key=value, such as seeds=5.",
            "remem probe photos/ --model-dir teacher/");
        foreach (Symbol symbol in new Symbol[] { data, overrides, folder, bad, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            (ImageModel model, _) = ModelFolder.Load(Common.Folder(parsed.GetValue(folder)!, parsed.GetValue(offline), cancel));
            Recipe recipe = Common.Assemble(
                "probe", parsed.GetValue(data)!, parsed.GetValue(bad)!, model.ImageSize, [.. Common.Prefixed("information", parsed.GetValue(overrides))], model.Info.CropPct);
            MeterResult result = Common.WithProgress(progress =>
                new Stages(PreparedData.Open(recipe.Data, recipe.Threads, progress), progress, cancel).Meter(model, recipe.Information, "probe"));
            if (parsed.GetValue(json))
            {
                Common.PrintJson(result);
                return ExitCodes.Done;
            }

            foreach ((string name, InformationResult r) in new[] { ("logits", result.Logits), ("pooled feature", result.Pooled) })
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"I_hat {name,-14} {r.NatsPerChannel.Mean:0.0000} ± {r.NatsPerChannel.HalfWidth:0.0000} nats per pixel channel (95 % over {r.NatsPerChannel.Count} decoder seeds)"));
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
