using System.CommandLine;
using ReMem.Distillation.Cache;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem cache prune: removes caches.</summary>
internal static class CachePruneCommand
{
    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = CacheCommand.Where, Arity = ArgumentArity.ZeroOrOne };
        var age = new Option<double?>("--older-than") { Description = "Caches not used for this many days.", HelpName = "DAYS" };
        var size = new Option<string?>("--max-size")
        {
            Description = "The least recently used ones, until the rest takes at most this much, such as 20GB.",
            HelpName = "SIZE",
        };
        var stale = new Option<bool>("--stale")
        {
            Description = "Damaged caches, and those whose teacher is missing or has other weights now.",
        };
        var all = new Option<bool>("--all") { Description = "All of them." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Remove them. Without this option they are only listed." };
        var json = Common.Json();
        Command command = Common.Command(
            "prune",
            "List the teacher caches to remove, and with --yes remove them. Caches in use and other files are left alone.",
            "remem cache prune --older-than 30 --stale --yes");
        foreach (Symbol symbol in new Symbol[] { folder, age, size, stale, all, yes, json })
            command.AddSymbol(symbol);
        command.Action((parsed, _) =>
        {
            var options = new TeacherCachePrunerOptions
            {
                OlderThanDays = parsed.GetValue(age),
                MaxBytes = parsed.GetValue(size) is { } text ? DiskSpace.Parse(text) : null,
                Stale = parsed.GetValue(stale),
                All = parsed.GetValue(all),
            };
            IReadOnlyList<CacheRemoval> result = TeacherCaches.Prune(parsed.GetValue(folder), options, parsed.GetValue(yes));
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result, parsed.GetValue(yes));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<CacheRemoval> removals, bool yes)
    {
        foreach (CacheRemoval r in removals)
            Console.WriteLine(
                $"{(r.Removed ? "removed" : yes ? "in use" : "would remove")} {r.Folder}: {DiskSpace.Text(r.Bytes)}, {r.Reason}");
        long bytes = removals.Where(r => r.Removed || !yes).Sum(r => r.Bytes);
        Console.WriteLine(yes ? $"{DiskSpace.Text(bytes)} freed" : $"{DiskSpace.Text(bytes)} could be freed; --yes removes them");
    }
}
