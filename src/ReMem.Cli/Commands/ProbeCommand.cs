using System.CommandLine;
using ReMem.Information;
using ReMem.Recipes;
using ReMem.Recipes.Run;

namespace ReMem.Cli.Commands;

/// <summary>remem probe: the information about the image in a model's outputs, and where the model loses it.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var data = Common.Data();
        var overrides = Common.Overrides();
        var folders = new Option<string[]>("--model-dir")
        {
            Description =
                "A folder that 'finetune' or 'distill' wrote; may be given several times; further ones are compared with the first.",
            HelpName = "DIR",
        };
        var model = new Option<string?>("--model") { Description = "timm's name of a model that is not fine-tuned, with --weights." };
        var weights = new Option<string?>("--weights") { Description = "Weights of --model.", HelpName = "FILE" };
        var prefix = Common.Prefix();
        var size = new Option<int?>("--image-size") { Description = "Side of --model's input in pixels. Default: the model's own." };
        var blocks = new Option<bool>("--blocks")
        {
            Description = "Probe a ViT block by block instead, and write blocks.json and blocks.html.",
        };
        var top = new Option<int>("--top")
        {
            Description = "With --blocks: skip up to this many of the topmost blocks together.",
            DefaultValueFactory = _ => 4,
        };
        var checks = new Option<string[]>("--check")
        {
            Description =
                $"Another estimate in addition to I_hat, {string.Join(" or ", InformationChecks.Names)}; may be given several times.",
            HelpName = "NAME",
        };
        var pictures = new Option<int>("--pictures")
        {
            Description = "Write pictures.html: decoders' drawings of this many test images.",
            HelpName = "N",
        };
        var maxImages = new Option<int>("--max-images") { Description = "At most this many images per split; 0 is all.", HelpName = "N" };
        var output = new Option<string>(
            "--out", "-o")
        { Description = "Folder for the files.", HelpName = "DIR", DefaultValueFactory = _ => "probe" };
        var bad = Common.OnBadImage();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "probe",
            "Measure the information about the image in a model's class token, pooled feature, patch tokens and logits: I_hat, in nats "
                + "per pixel channel, from decoders "
            + "that are trained on the training split and evaluated on the test split. Further settings are key=value, "
            + "such as seeds=5 likelihood=bce.",
            "remem probe photos/ --model-dir teacher/ --blocks --out probe/");
        foreach (Symbol symbol in new Symbol[] { data, overrides, folders, model, weights, prefix, size, blocks, top, checks, pictures,
            maxImages, output, bad, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            bool byBlock = parsed.GetValue(blocks);
            string[] checkNames = parsed.GetValue(checks) ?? [];
            int drawn = parsed.GetValue(pictures);
            InformationChecks.RequireKnown(checkNames);
            if (drawn < 0 || parsed.GetValue(maxImages) < 0)
                throw new InputException("--pictures and --max-images must not be below 0.", "command line");
            if (byBlock && (drawn > 0 || checkNames.Length > 0))
                throw new InputException("--blocks makes no pictures and no checks.", "command line",
                    "Run 'remem probe' once with --blocks and once without.");
            if (!byBlock && parsed.GetResult(top) is { Implicit: false })
                throw new InputException("--top needs --blocks.", "command line");
            Common.LoadLibtorch();
            IReadOnlyList<ProbedModel> models = ProbedModel.Load(
                [.. (parsed.GetValue(folders) ?? []).Select(f => Common.Folder(f, parsed.GetValue(offline), cancellationToken))],
                parsed.GetValue(model),
                parsed.GetValue(weights) is { } source ? Common.WeightsFile(source, parsed.GetValue(offline), cancellationToken) : null,
                parsed.GetValue(prefix),
                parsed.GetValue(size));
            // There are about eighty measurements of blocks, and linear decoders suffice for their differences.
            string[] linear = byBlock ? ["information.epochs=0"] : [];
            Recipe recipe = CommandRecipe.Assemble(
                "probe",
                parsed.GetValue(data)!,
                parsed.GetValue(bad)!,
                models[0].Model.ImageSize,
                [
                    .. linear, CommandRecipe.LeaksAreWarned, $"data.max_train={parsed.GetValue(maxImages)}",
                    $"data.max_eval={parsed.GetValue(maxImages)}",
                    .. CommandRecipe.Prefixed("information", parsed.GetValue(overrides)),
                ],
                models[0].Model.Info.CropPct);
            var run = new ProbeRun(models, recipe, parsed.GetValue(output)!, Common.CommandLine(), cancellationToken);
            if (byBlock)
            {
                IReadOnlyList<BlockProbeResult> results =
                    Common.WithProgress(progress => run.Blocks(new BlockProbeOptions { Top = parsed.GetValue(top) }, progress));
                if (parsed.GetValue(json))
                    Common.PrintJson(results);
                else
                    ProbeOutput.Print(results, parsed.GetValue(output)!);
                return ExitCodes.Done;
            }

            ProbeReport report = Common.WithProgress(progress => run.Outputs(checkNames, drawn, progress));
            if (parsed.GetValue(json))
                Common.PrintJson(report);
            else
                ProbeOutput.Print(report);
            return ExitCodes.Done;
        });
        return command;
    }
}
