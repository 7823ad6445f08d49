using System.CommandLine;
using ReMem.Export;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem export: a model folder as ONNX.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var folder = new Option<string?>("--model-dir") { Description = Common.ModelDirHelp, HelpName = "DIR" };
        var name = new Option<string?>("--model") { Description = "timm's name of a model without a folder, with --weights.", HelpName = "NAME" };
        var source = new Option<string?>("--weights") { Description = $"Weights of --model, in any format that 'remem inspect' shows: {Common.WeightsHelp}.", HelpName = "SOURCE" };
        var prefix = Common.Prefix();
        var names = new Option<string?>("--labels") { Description = "Class names of --weights, one a line in index order.", HelpName = "FILE" };
        var size = new Option<int?>("--image-size") { Description = "Side of --model's input in pixels. Default: the model's." };
        var output = new Option<string>("--out", "-o") { Description = "The file: NAME.onnx, or NAME.safetensors for the weights alone.", HelpName = "FILE", Required = true };
        var input = new Option<OnnxInput>("--input")
        {
            Description = "What the file takes: normalized (float32 NCHW), pixels (uint8 NHWC of the model's size; normalised inside), or image (uint8 NHWC of any size; resized, cropped and normalised inside).",
            HelpName = "normalized|pixels|image",
            DefaultValueFactory = _ => OnnxInput.Normalized,
        };
        var softmax = new Option<bool>("--softmax") { Description = "End with probabilities instead of logits." };
        var half = new Option<bool>("--half") { Description = "Store weights as float16; an ONNX file computes in it too." };
        var outside = new Option<bool>("--external-data") { Description = "Keep the weights in FILE.data beside the ONNX file. Files of 2 GB and more always do." };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "export",
            "Write a model folder, or a named model and its weights, as ONNX (dynamic batch; class names and preprocessing in the metadata) and check it in ONNX Runtime.",
            "remem export --model-dir student/ --out student.onnx --input image --softmax");
        foreach (Symbol symbol in new Symbol[] { folder, name, source, prefix, names, size, output, input, softmax, half, outside, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            string file = parsed.GetValue(output)!;
            bool weights = Path.GetExtension(file).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
            if (!weights && !Path.GetExtension(file).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
                throw new InputException($"remem writes ONNX files and safetensors, not '{Path.GetExtension(file)}'.", file, "Give a name that ends in .onnx or .safetensors; other tools convert ONNX further.");
            if (parsed.GetValue(folder) is not null && new Option[] { prefix, names, size }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } idle)
                throw new InputException($"--model-dir holds labels and image size; give no {idle.Name} with it.", "command line");
            if (weights && new Option[] { input, softmax, outside }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given)
                throw new InputException($"{given.Name} is for ONNX files only.", "command line", "Leave it out for .safetensors.");
            var options = new OnnxExportOptions { Input = parsed.GetValue(input), Softmax = parsed.GetValue(softmax), Half = parsed.GetValue(half) };
            if (parsed.GetValue(outside))
                options = options with { LargestFile = 0 };
            Common.LoadLibtorch();
            (ImageModel model, IReadOnlyList<string> labels) = Common.Load(
                parsed.GetValue(folder), parsed.GetValue(name), parsed.GetValue(source), parsed.GetValue(prefix), parsed.GetValue(names), parsed.GetValue(size),
                parsed.GetValue(offline), cancel);
            model.eval();
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
                    ? "The model's numbers are beyond float16: leave out --half."
                    : "Do not deploy the file: run 'remem doctor', and report this with the model's name.");
        }

        if (json)
            Common.PrintJson(new { file, check });
        else
            Console.WriteLine(FormattableString.Invariant(
                $"{file}: largest difference {check.LargestDifference:0.0e+0} to the model, top-1 agreement {100 * check.Top1Agreement:0.0} % on {check.Images} inputs in ONNX Runtime"));
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
