using System.CommandLine;
using System.Globalization;
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
            IReadOnlyList<ModelListing> rows = ModelListing.Find(parsed.GetValue(filter) ?? string.Empty);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(rows);
                return ExitCodes.Done;
            }

            Console.WriteLine($"{"name",-42} {"role",-8} {"params M",9} {"GMACs",7} {"input",6}  mean");
            foreach (ModelListing row in rows)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Name,-42} {row.Role,-8} {row.Parameters / 1e6,9:0.00} {row.Gmacs,7:0.00} {row.ImageSize,6}  "
                        + $"{string.Join(' ', row.Mean)}"));
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
