using System.CommandLine;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem inspect: what a weights file holds.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = $"Weights: safetensors or the index of its shards, PyTorch's .pth, .pt or .bin, NumPy's .npz, or a folder with one of them; {Common.WeightsHelp}.",
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "inspect", "Show a weights file's tensors, types, shapes and metadata, whose names it has and which model it fits. Nothing in it is run.", "remem inspect deit_tiny.pth");
        foreach (Symbol symbol in new Symbol[] { file, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            WeightsInspection found = WeightsInspection.Of(Common.WeightsFile(parsed.GetValue(file)!, parsed.GetValue(offline), cancel));
            if (parsed.GetValue(json))
                Common.PrintJson(found);
            else
                Print(found);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(WeightsInspection found)
    {
        foreach (InspectedTensor tensor in found.Tensors)
        {
            string becomes = tensor.Dropped is not null ? $"  dropped: {tensor.Dropped}"
                : tensor.Becomes is [var one] && one == tensor.Name ? string.Empty
                : $"  -> {Clean(string.Join(", ", tensor.Becomes))}";
            Console.WriteLine($"{Clean(tensor.Name),-56} {tensor.Type,-9} {$"[{string.Join(", ", tensor.Shape)}]",-20}{becomes}".TrimEnd());
        }

        Console.WriteLine();
        foreach ((string key, string value) in found.Metadata)
            Console.WriteLine($"{Clean(key)}: {Clean(value)}");
        Console.WriteLine(FormattableString.Invariant($"{found.Format}, {found.Tensors.Count} tensors, {found.Parameters:N0} parameters, {found.Bytes / 1e6:0.0} MB"));
        Console.WriteLine($"names: {found.Family ?? "none that remem knows"}");
        Console.WriteLine($"model: {(found.Models.Count == 0 ? "none of the catalogue" : string.Join(" or ", found.Models))}");
    }

    // A file's own text must not steer the terminal.
    private static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
