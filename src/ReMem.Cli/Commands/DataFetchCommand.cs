using System.CommandLine;
using ReMem.Data.Fetch;

namespace ReMem.Cli.Commands;

/// <summary>remem data fetch: downloads a public data set by name.</summary>
internal static class DataFetchCommand
{
    private const string MirrorVariable = "REMEM_DATA_MIRROR";

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = $"One of {string.Join(", ", DatasetFetcher.Known.Select(d => d.Name))}; without it they are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to")
        {
            Description = "The folder that becomes the data set. Default: data/NAME.",
            HelpName = "DIR",
        };
        var archives = new Option<string?>("--archives")
        {
            Description = "Keep the downloaded files here, as NAME/FILE, and look for them here first.",
            HelpName = "DIR",
        };
        var mirror = new Option<string?>("--mirror")
        {
            Description = $"Download from URL/NAME/FILE instead of the authors' servers. Default: {MirrorVariable}.",
            HelpName = "URL",
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "fetch",
            "Download a public data set, check it by its SHA-256 and unpack it; the folder can be used as DATA. An interrupted transfer "
                + "is continued by the same command.",
            "remem data fetch cifar-100 --to data/cifar-100");
        foreach (Symbol symbol in new Symbol[] { name, to, archives, mirror, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(name) is not { } wanted)
                return List(parsed.GetValue(json));
            var options = new DatasetFetchOptions
            {
                Name = wanted,
                Folder = parsed.GetValue(to),
                Archives = parsed.GetValue(archives),
                Offline = parsed.GetValue(offline),
                Mirror = Address(parsed.GetValue(mirror) ?? Environment.GetEnvironmentVariable(MirrorVariable)),
            };
            DatasetFetchResult result = Common.WithProgress(progress => new DatasetFetcher(options, progress).Fetch(cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result);
            return ExitCodes.Done;
        }, parsed => parsed.GetValue(name) is null ? null : "what was received is kept");
        return command;
    }

    private static int List(bool json)
    {
        if (json)
        {
            Common.PrintJson(DatasetFetcher.Known);
            return ExitCodes.Done;
        }

        foreach (FetchableDataset known in DatasetFetcher.Known)
            Console.WriteLine(FormattableString.Invariant($"{known.Name,-14} {known.Bytes / 1e6,6:0.0} MB  {known.Title}  {known.Page}"));
        return ExitCodes.Done;
    }

    private static Uri? Address(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address
        : throw new InputException(
            $"'{text}' is not an address.", "command line", "Give a mirror such as https://mirror.example/datasets.");

    private static void Print(DatasetFetchResult r)
    {
        Console.WriteLine(
            $"{r.Name}: {r.Classes} classes, {r.Train} train / {r.Validation} val / {r.Test} test{(r.WasThere ? " (was there)" : "")}");
        Console.WriteLine($"data: {r.Folder}");
        Console.WriteLine($"terms of use: {r.Page}");
    }
}
