using System.CommandLine;
using System.Globalization;
using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Export.Int8;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem export: a model folder as ONNX.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var folder = new Option<string?>("--model-dir") { Description = Common.ModelDirHelp, HelpName = "DIR" };
        var name = new Option<string?>("--model")
        {
            Description = "timm's name of a model without a folder, with --weights.",
            HelpName = "NAME",
        };
        var source = new Option<string?>("--weights")
        {
            Description = $"Weights of --model, in any format that 'remem inspect' shows: {Common.WeightsHelp}.",
            HelpName = "SOURCE",
        };
        var prefix = Common.Prefix();
        var names = new Option<string?>("--labels")
        {
            Description = "Class names of --weights, one per line in index order.",
            HelpName = "FILE",
        };
        var size = new Option<int?>("--image-size") { Description = "Side of --model's input in pixels. Default: the model's." };
        var output = new Option<string>("--out", "-o")
        {
            Description = "The file: NAME.onnx, or NAME.safetensors for the weights alone.",
            HelpName = "FILE",
            Required = true,
        };
        var input = new Option<OnnxInput>("--input")
        {
            Description =
                "The file's input: normalized (float32 NCHW), pixels (uint8 NHWC of the model's size; normalised inside), or image "
                    + "(uint8 NHWC of any size; resized, cropped and normalised inside).",
            HelpName = "normalized|pixels|image",
            DefaultValueFactory = _ => OnnxInput.Normalized,
        };
        var softmax = new Option<bool>("--softmax") { Description = "End with probabilities instead of logits." };
        var half = new Option<bool>("--half") { Description = "Store weights as float16; an ONNX file computes in it too." };
        var features = new Option<bool>("--features")
        {
            Description = "A second output 'features': what the classifier sees of an image, for search and grouping by likeness.",
        };
        var outside = new Option<bool>("--external-data")
        {
            Description = "Store the weights in FILE.data next to the ONNX file. Always done from 2 GB on.",
        };
        var int8 = new Option<bool>("--int8")
        {
            Description = "Write int8 weights and activations (QDQ), calibrated on the training images of --data and checked on its "
                + "test images against float32.",
        };
        var source8 = new Option<string?>("--data")
        {
            Description = "Images for --int8: a data set with the model's classes.",
            HelpName = "DATA",
        };
        var images = new Option<int?>("--int8-images") { Description = "Calibration images. Default: 200.", HelpName = "N" };
        var ranges = new Option<string?>("--int8-ranges")
        {
            Description = "How the range of an activation is chosen: auto, min-max, percentile or least-squares. Default: auto, "
                + "whichever has the smallest squared error.",
            HelpName = "METHOD",
        };
        var keep = new Option<string?>("--int8-keep")
        {
            Description =
            "Layers that stay float32: auto (the first or the last, where that is measurably better), none, or their timm names "
                + "separated by commas. Default: auto.",
            HelpName = "NAMES",
        };
        var loss = new Option<double?>("--int8-max-loss")
        {
            Description =
            "Percentage points of top-1 that the int8 file may lose; if it loses more, the export fails. Default: 2.",
            HelpName = "POINTS",
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "export",
            "Write a model folder, or a named model and its weights, as ONNX (dynamic batch; class names and preprocessing in the "
                + "metadata) and check it in ONNX Runtime.",
            "remem export --model-dir student/ --out student.onnx --input image --softmax");
        foreach (Symbol symbol in new Symbol[] { folder, name, source, prefix, names, size, output, input, softmax, features, half, outside,
            int8, source8, images, ranges, keep, loss, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string file = parsed.GetValue(output)!;
            bool weights = Path.GetExtension(file).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
            if (!weights && !Path.GetExtension(file).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
                throw new InputException($"remem writes ONNX files and safetensors, not '{Path.GetExtension(file)}'.", file,
                    "Give a name that ends in .onnx or .safetensors; other tools convert ONNX further.");
            if (parsed.GetValue(folder) is not null
                && new Option[] { prefix, names, size }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } idle)
                throw new InputException($"--model-dir holds labels and image size; give no {idle.Name} with it.", "command line");
            if (weights && new Option[] { input, softmax, features,
                outside }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given)
                throw new InputException($"{given.Name} is for ONNX files only.", "command line", "Leave it out for .safetensors.");
            Option[] of8 = [source8, images, ranges, keep, loss];
            bool isInt8 = parsed.GetValue(int8);
            if (!isInt8 && of8.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } needs)
                throw new InputException($"{needs.Name} is for int8 files only.", "command line", "Give --int8 with it.");
            if (isInt8
                && new Option[] { half, outside, features }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } other)
                throw new InputException($"{other.Name} does not go with --int8.", "command line", "Leave out one of the two.");
            if (isInt8 && weights)
                throw new InputException("--int8 is for ONNX files only.", "command line", "Give a name that ends in .onnx.");
            if (isInt8 && parsed.GetValue(source8) is null)
                throw new InputException("--int8 needs images to calibrate on.", "command line",
                    "Give --data DATA, the images that the model was trained on.");
            var options = new OnnxExportOptions
            {
                Input = parsed.GetValue(input),
                Softmax = parsed.GetValue(softmax),
                Features = parsed.GetValue(features),
                Half = parsed.GetValue(half),
            };
            if (parsed.GetValue(outside))
                options = options with { MaxFileBytes = 0 };
            Common.LoadLibtorch();
            (ImageModel model, IReadOnlyList<string> labels) = Common.Load(
                parsed.GetValue(folder), parsed.GetValue(name), parsed.GetValue(source), parsed.GetValue(prefix), parsed.GetValue(names),
                parsed.GetValue(size),
                parsed.GetValue(offline), cancellationToken);
            model.eval();
            if (isInt8)
            {
                var defaults = new Int8Options();
                return WriteInt8(model, file, options with { Labels = labels }, parsed.GetValue(source8)!, parsed.GetValue(json),
                    cancellationToken, defaults with
                    {
                        Images = parsed.GetValue(images) ?? defaults.Images,
                        Ranges = parsed.GetValue(ranges) is { } method ? Int8Options.RangesNamed(method) : defaults.Ranges,
                        Keep = parsed.GetValue(keep) ?? defaults.Keep,
                        MaxLoss = parsed.GetValue(loss) ?? defaults.MaxLoss,
                    });
            }

            return weights
                ? WriteWeights(model, file, options.Half, parsed.GetValue(json))
                : WriteOnnx(model, file, options with { Labels = labels }, parsed.GetValue(json));
        });
        return command;
    }

    private static int WriteOnnx(ImageModel model, string file, OnnxExportOptions options, bool json)
    {
        (string written, OnnxCheck check) = CheckedExport.Write(model, file, options);
        if (check.Failure is { } failure)
        {
            throw new ReMemException(
                failure,
                written,
                options.Half
                    ? "The model's values do not fit float16: leave out --half."
                    : "Do not deploy the file: run 'remem doctor', and report this with the model's name.");
        }

        if (json)
            Common.PrintJson(new { file, check });
        else
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: largest difference {check.LargestDifference:0.0e+0} to the model, top-1 agreement "
                    + $"{100 * check.Top1Agreement:0.0} % on {check.Images} inputs in ONNX Runtime"));
        return ExitCodes.Done;
    }

    private static int WriteInt8(
        ImageModel model, string file, OnnxExportOptions export, string data, bool json, CancellationToken cancellationToken,
        Int8Options options)
    {
        Int8Result result = Common.WithProgress(progress =>
            Int8Exporter.Run(new LabelledModel(model, export.Labels!), file, export, data, options, progress, cancellationToken));
        if (result.Check.Failure is { } failure)
            throw new ReMemException(failure, result.Path,
                "Give more calibration images (--int8-images), keep layers in float32 (--int8-keep), "
                    + "or allow a larger loss (--int8-max-loss).");
        if (json)
            Common.PrintJson(result);
        else
            result.Lines().ForEach(Common.PrintLine);
        return ExitCodes.Done;
    }

    private static int WriteWeights(ImageModel model, string file, bool half, bool json)
    {
        ModelFolder.SaveWeights(file, model, half ? TorchSharp.torch.ScalarType.Float16 : null);
        long bytes = new FileInfo(file).Length;
        if (json)
            Common.PrintJson(new { file, bytes });
        else
            Console.WriteLine($"{file}: {bytes / 1e6:0.0} MB");
        return ExitCodes.Done;
    }
}
