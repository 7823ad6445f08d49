using System.CommandLine;
using ReMem.Runtime;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem inspect: the contents of a weights file.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "Weights: safetensors or the index of its shards, PyTorch's .pth, .pt or .bin, NumPy's .npz, or a folder "
                + $"with one of them; {Common.WeightsHelp}.",
        };
        var prefix = Common.Prefix();
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "inspect",
            "Show a weights file's tensors, types, shapes and metadata, its naming scheme and the model it fits. No code in it is run.",
            "remem inspect deit_tiny.pth");
        foreach (Symbol symbol in new Symbol[] { file, prefix, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Common.LoadLibtorch();
            WeightsInspection found = WeightsInspection.Of(
                Common.WeightsFile(parsed.GetValue(file)!, parsed.GetValue(offline), cancellationToken, "the file as FILE"),
                parsed.GetValue(prefix));
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
                : $"  -> {PlainText.Line(string.Join(", ", tensor.Becomes))}";
            Console.WriteLine(
                $"{PlainText.Line(tensor.Name),-56} {tensor.Type,-9} {$"[{string.Join(", ", tensor.Shape)}]",-20}{becomes}".TrimEnd());
        }

        Console.WriteLine();
        foreach ((string key, string value) in found.Metadata)
            Console.WriteLine($"{PlainText.Line(key)}: {PlainText.Line(value)}");
        Console.WriteLine(FormattableString.Invariant(
            $"{found.Format}, {found.Tensors.Count} tensors, {found.Parameters:N0} parameters, {found.Bytes / 1e6:0.0} MB"));
        if (found.SteppedOver.Count > 0)
            Console.WriteLine($"stepped over, not run: {string.Join(", ", found.SteppedOver.Select(Clean))}");
        if (found.Prefix.Length > 0 || found.OtherNetworks.Count > 0)
            Console.WriteLine(Place(null, found.Prefix, found.OtherNetworks));
        Console.WriteLine($"names: {found.Family ?? "unknown"}");
        Console.WriteLine($"model: {(found.Models.Count == 0 ? "none of the catalogue" : string.Join(" or ", found.Models))}");
    }

    /// <summary>The place of the weights in the file, in one line.</summary>
    public static string Place(string? stateDict, string prefix, IReadOnlyList<string> others)
    {
        string text = $"taken: {(stateDict is null ? string.Empty : $"'{PlainText.Line(stateDict)}', ")}"
            + $"{(prefix.Length == 0 ? "names without a prefix" : $"names that begin with '{PlainText.Line(prefix)}'")}";
        return others.Count == 0
            ? text : $"{text}; {string.Join(", ", others.Select(o => $"'{PlainText.Line(o)}'"))} fit equally well (--prefix decides)";
    }

    // A file's text must not control the terminal.
    public static string Clean(string text) => PlainText.Line(text);
}
