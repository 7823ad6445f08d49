using System.CommandLine;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem predict: the classes of single images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        var folder = new Option<string?>("--model-dir") { Description = Common.ModelDirHelp, HelpName = "DIR" };
        var model = new Option<string?>("--model") { Description = "timm's name, with --weights." };
        var weights = new Option<string?>("--weights") { Description = $"Weights of --model, in any format that 'remem inspect' shows: {Common.WeightsHelp}.", HelpName = "SOURCE" };
        var prefix = Common.Prefix();
        var labels = new Option<string?>("--labels") { Description = "Class names, one a line in index order.", HelpName = "FILE" };
        var size = new Option<int?>("--image-size") { Description = "Side of the input in pixels. Default: the model's." };
        var top = new Option<int>("--top") { Description = "How many classes an image.", DefaultValueFactory = _ => 5 };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "predict",
            "Classify images with a model folder, or with a named model and its weights.",
            "remem predict --model deit_tiny_patch16_224 --weights model.safetensors --labels synset_words.txt cat.jpg --top 5 --json");
        foreach (Symbol symbol in new Symbol[] { images, folder, model, weights, prefix, labels, size, top, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            (ImageModel loaded, IReadOnlyList<string> names) = Load(
                parsed.GetValue(folder), parsed.GetValue(model), parsed.GetValue(weights), parsed.GetValue(prefix), parsed.GetValue(labels), parsed.GetValue(size), parsed.GetValue(offline), cancel);
            var predictor = new Predictor(loaded, names);
            int count = parsed.GetValue(top);
            if (count < 1)
                throw new InputException($"--top is {count}; it must be 1 or more.", "command line");
            var predictions = parsed.GetValue(images)!.Select(file => predictor.Predict(file, count)).ToArray();
            if (parsed.GetValue(json))
            {
                Common.PrintJson(new { model = loaded.Info.Name, predictions });
                return ExitCodes.Done;
            }

            foreach (Prediction prediction in predictions)
            {
                Console.WriteLine(prediction.File);
                foreach (RankedClass c in prediction.Top)
                    Console.WriteLine(FormattableString.Invariant($"  {100 * c.Probability,6:0.00} %  {c.Label}"));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Loads what the command line names: a model folder, or a model with its weights.</summary>
    public static (ImageModel Model, IReadOnlyList<string> Labels) Load(
        string? folder, string? name, string? weights, string? prefix, string? labels, int? size, bool offline, CancellationToken cancel)
    {
        if (folder is not null)
        {
            return name is null && weights is null && prefix is null
                ? ModelFolder.Load(Common.Folder(folder, offline, cancel))
                : throw new InputException("--model-dir holds model and weights; give no --model or --weights with it.", "command line");
        }

        if (name is null || weights is null)
            throw new InputException("Give --model-dir DIR, or --model NAME with --weights FILE.", "command line");
        IReadOnlyList<string>? given = labels is null ? null : Predictor.ReadLabels(labels);
        string file = Common.WeightsFile(weights, offline, cancel);
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = WeightLoader.CountClasses(name, file, prefix), ImageSize = size });
        WeightLoader.Load(model, file, new WeightLoadOptions { Prefix = prefix });
        if (given is not null && given.Count != model.Options.NumClasses)
            throw new InputException($"The labels name {given.Count} classes, but the weights have {model.Options.NumClasses}.", labels, "Give one line a class, in index order.");
        return (model, given ?? [.. Enumerable.Range(0, model.Options.NumClasses).Select(i => $"class {i}")]);
    }
}
