using System.CommandLine;
using ReMem.Weights;

namespace ReMem.Cli.Commands;

/// <summary>remem convert: weights of any format as safetensors with timm's names.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("IN") { Description = $"Weights in any format that 'remem inspect' shows: {Common.WeightsHelp}." };
        var output = new Argument<string>("OUT") { Description = "A .safetensors file." };
        var model = new Option<string?>("--model")
        {
            Description = "timm's name of the model that the weights must fit.",
            HelpName = "NAME",
        };
        var prefix = Common.Prefix();
        var half = new Option<bool>("--half") { Description = "Store as float16." };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "convert", "Write weights of any format and naming as safetensors with timm's names.",
            "remem convert pytorch_model.bin model.safetensors --model vit_base_patch16_224");
        foreach (Symbol symbol in new Symbol[] { input, output, model, prefix, half, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Common.LoadLibtorch();
            var options = new WeightConversionOptions
            {
                Model = parsed.GetValue(model),
                Prefix = parsed.GetValue(prefix),
                Half = parsed.GetValue(half),
            };
            WeightConversionResult done = Common.WithProgress(progress => WeightConverter.Convert(
                parsed.GetValue(input)!, parsed.GetValue(output)!, options, Common.Sources(parsed.GetValue(offline), progress,
                    "the file as IN"), cancellationToken));
            if (parsed.GetValue(json))
            {
                Common.PrintJson(done);
                return ExitCodes.Done;
            }

            Console.WriteLine($"{done.Tensors} tensors from a {done.Format} ({done.Family ?? "unknown"} names), {done.Renamed} renamed, "
                + $"{done.Dropped.Count} dropped");
            if (done.StateDict is not null || done.Prefix.Length > 0 || done.OtherNetworks.Count > 0)
                Console.WriteLine($"  {InspectCommand.Place(done.StateDict, done.Prefix, done.OtherNetworks)}");
            foreach (var reason in done.Dropped.GroupBy(d => d.Why))
                Console.WriteLine("  dropped "
                    + $"{string.Join(", ", reason.Take(3).Select(d => InspectCommand.Clean(d.Name)))}"
                    + $"{(reason.Count() > 3 ? $" and {reason.Count() - 3} more" : string.Empty)}: {InspectCommand.Clean(reason.Key)}");
            Console.WriteLine($"file: {done.File}");
            return ExitCodes.Done;
        });
        return command;
    }
}
