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
        var folder = Common.ModelDir();
        var output = new Option<string>("--out", "-o") { Description = "The file: NAME.onnx, or NAME.safetensors for the weights alone.", HelpName = "FILE", Required = true };
        var softmax = new Option<bool>("--softmax") { Description = "End with probabilities instead of logits." };
        var half = new Option<bool>("--half") { Description = "Store safetensors weights as float16." };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "export",
            "Write a model folder as ONNX (dynamic batch; class names and preprocessing in the metadata) and check it in ONNX Runtime.",
            "remem export --model-dir student/ --out student.onnx");
        foreach (Symbol symbol in new Symbol[] { folder, output, softmax, half, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(Common.Folder(parsed.GetValue(folder)!, parsed.GetValue(offline), cancel));
            string file = parsed.GetValue(output)!;
            if (Path.GetExtension(file).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
                return WriteWeights(model, file, parsed.GetValue(half), parsed.GetValue(json));
            if (parsed.GetValue(half))
                throw new InputException("--half is for .safetensors files only.", "command line", "Leave it out for ONNX.");
            var options = new OnnxExportOptions { Labels = labels, Softmax = parsed.GetValue(softmax) };
            OnnxExporter.Export(model, file, options);
            OnnxCheck check = OnnxVerifier.VerifyOnNoise(model, file, options);
            if (parsed.GetValue(json))
                Common.PrintJson(new { file, check });
            else
                Console.WriteLine(FormattableString.Invariant(
                    $"{file}: largest difference {check.LargestDifference:0.0e+0} to the model, top-1 agreement {100 * check.Top1Agreement:0.0} % on {check.Images} inputs in ONNX Runtime"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static int WriteWeights(ImageModel model, string file, bool half, bool json)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        SafetensorsWriter.Write(
            file, ModelFolder.FoldedState(model), new Dictionary<string, string> { ["format"] = "pt" }, half ? TorchSharp.torch.ScalarType.Float16 : null);
        long bytes = new FileInfo(file).Length;
        if (json)
            Common.PrintJson(new { file, bytes });
        else
            Console.WriteLine($"{file}: {bytes / 1e6:0.0} MB");
        return ExitCodes.Done;
    }
}
