using System.CommandLine;
using ReMem.Cli.Output;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem predict: the classes of images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE")
        {
            Description =
                "Image files, folders (all images in and below them), patterns such as 'photos/**/*.jpg', "
                    + "or - for names on standard input, one per line.",
            Arity = ArgumentArity.OneOrMore,
        };
        var folder = new Option<string?>("--model-dir") { Description = Common.ModelDirHelp, HelpName = "DIR" };
        var model = new Option<string?>("--model") { Description = "timm's name, with --weights." };
        var weights = new Option<string?>("--weights")
        {
            Description = $"Weights of --model, in any format that 'remem inspect' shows: {Common.WeightsHelp}.",
            HelpName = "SOURCE",
        };
        var prefix = Common.Prefix();
        var labels = new Option<string?>("--labels")
        {
            Description =
            "Class names, one per line in index order. Default: ImageNet's where the weights have 1000 classes.",
            HelpName = "FILE",
        };
        var size = new Option<int?>("--image-size") { Description = "Side of the input in pixels. Default: the model's." };
        var top = new Option<int>("--top") { Description = "Number of classes per image.", DefaultValueFactory = _ => 5 };
        var sure = new Option<double>("--min-probability")
        {
            Description = "Answer \"unknown\" where the best class is less probable than this, 0 to 1.",
            HelpName = "P",
        };
        var format = new Option<string?>("--format")
        {
            Description = "How the answers are printed. Default: table.",
            HelpName = string.Join('|', PredictionWriter.Formats),
        };
        var bad = Common.OnBadImage();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "predict",
            "Classify images with a model folder, or with a named model and its weights. An image that cannot be used does not affect "
                + "the others: it is reported on "
            + "stderr, and the exit code is 2 unless --on-bad-image is skip.",
            "remem predict photos/ --model-dir student/ --min-probability 0.5 --format csv > answers.csv");
        foreach (Symbol symbol in new Symbol[] { images, folder, model, weights, prefix, labels, size, top, sure, format, bad, offline,
            json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string shape = Format(parsed.GetValue(format), parsed.GetValue(json));
            bool skip = Common.IsSkip(parsed.GetValue(bad)!);
            int count = parsed.GetValue(top);
            if (count < 1)
                throw new InputException($"--top is {count}; it must be 1 or more.", "command line");
            Predictor.RequireProbability(parsed.GetValue(sure));
            Common.RequireOneModel(parsed.GetValue(folder), parsed.GetValue(model), parsed.GetValue(weights));
            IReadOnlyList<string> files = ImageFiles.Expand(parsed.GetValue(images)!, Console.In);
            Common.LoadLibtorch();
            LabelledModel loaded = Common.Load(
                parsed.GetValue(folder), parsed.GetValue(model), parsed.GetValue(weights), parsed.GetValue(prefix), parsed.GetValue(labels),
                parsed.GetValue(size), parsed.GetValue(offline), cancellationToken);
            if (loaded.Note is { } note)
                Console.Error.WriteLine($"note: {note}");
            var predictor = new Predictor(loaded.Model, loaded.Labels) { MinProbability = parsed.GetValue(sure) };
            PredictionOutcome[] faults = Print(predictor.PredictAll(files, count, cancellationToken), shape, loaded.Model.Info.Name);
            if (faults.Length == 0 || (skip && faults.Length < files.Count))
                return ExitCodes.Done;
            throw new InputException(
                faults.Length == 1 && files.Count == 1
                    ? PredictionWriter.Reason(faults[0])
                    : $"{faults.Length} of {files.Count} images cannot be used. The first: {PredictionWriter.Reason(faults[0])}",
                remedy: skip
                    ? "Give images that can be read."
                    : "Replace them, or leave them out with --on-bad-image skip; the results of the others are complete.");
        });
        return command;
    }

    /// <summary>Prints every outcome as it arrives, and returns the failed ones.</summary>
    private static PredictionOutcome[] Print(IEnumerable<PredictionOutcome> outcomes, string format, string model)
    {
        List<PredictionOutcome> faults = [];
        using var writer = new PredictionWriter(format, model, Console.Out);
        foreach (PredictionOutcome outcome in outcomes)
        {
            writer.Write(outcome);
            if (outcome.Fault is null)
                continue;
            faults.Add(outcome);
            Console.Error.WriteLine($"warning: {PredictionWriter.Reason(outcome)}");
        }

        return [.. faults];
    }

    private static string Format(string? given, bool json)
    {
        if (given is not null && !PredictionWriter.Formats.Contains(given))
            throw Nearest.Unknown("format", given, PredictionWriter.Formats, "--format");
        return json && given is not (null or "json")
            ? throw new InputException($"--json and --format {given} exclude each other.", "command line", "Give one of them.")
            : json ? "json" : given ?? "table";
    }
}
