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
        var output = new Option<string>("--out", "-o") { Description = "The ONNX file.", HelpName = "FILE", Required = true };
        var softmax = new Option<bool>("--softmax") { Description = "End with probabilities instead of logits." };
        var json = Common.Json();
        Command command = Common.Command(
            "export",
            "Write a model folder as ONNX (dynamic batch; class names and preprocessing in the metadata) and check it in ONNX Runtime.",
            "remem export --model-dir student/ --out student.onnx");
        foreach (Symbol symbol in new Symbol[] { folder, output, softmax, json })
            command.AddSymbol(symbol);
        command.Action((parsed, _) =>
        {
            Common.LoadLibtorch();
            (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(parsed.GetValue(folder)!);
            string file = parsed.GetValue(output)!;
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
}
