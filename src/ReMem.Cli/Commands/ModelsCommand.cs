using System.CommandLine;
using ReMem.Models;

namespace ReMem.Cli.Commands;

/// <summary>remem models: the catalogue.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var filter = new Argument<string?>("FILTER") { Description = "A part of the name.", Arity = ArgumentArity.ZeroOrOne };
        var json = Common.Json();
        Command command = Common.Command("models", "List the models by their timm names.", "remem models vit");
        command.Add(filter);
        command.Add(json);
        command.Action((parsed, _) =>
        {
            // Nothing here loads libtorch: sizes follow from shapes.
            string part = parsed.GetValue(filter) ?? string.Empty;
            ModelInfo[] found = [.. ModelCatalogue.All.Where(m => m.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
            if (found.Length == 0)
                throw Runtime.Nearest.Unknown("model", part, [.. ModelCatalogue.All.Select(m => m.Name)]);
            var rows = found.Select(info =>
            {
                ModelStatistics statistics = ModelStatistics.Of(info.Name);
                return new { info.Name, info.Role, statistics.Parameters, Gmacs = statistics.Macs / 1e9, info.ImageSize, info.Normalization.Mean, info.Normalization.Std };
            }).ToArray();
            if (parsed.GetValue(json))
            {
                Common.PrintJson(rows);
                return ExitCodes.Done;
            }

            Console.WriteLine($"{"name",-42} {"role",-8} {"params M",9} {"GMACs",7} {"input",6}  mean");
            foreach (var row in rows)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{row.Name,-42} {row.Role,-8} {row.Parameters / 1e6,9:0.00} {row.Gmacs,7:0.00} {row.ImageSize,6}  {string.Join(' ', row.Mean)}"));
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
