using System.CommandLine;
using ReMem.Distillation.Cache;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem cache prune: removes caches that are no longer wanted.</summary>
internal static class CachePruneCommand
{
    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = CacheCommand.Where, Arity = ArgumentArity.ZeroOrOne };
        var age = new Option<double?>("--older-than") { Description = "Those not used for so many days.", HelpName = "DAYS" };
        var size = new Option<string?>("--max-size") { Description = "The longest unused, until the rest takes at most so much, such as 20GB.", HelpName = "SIZE" };
        var stale = new Option<bool>("--stale") { Description = "Those that are damaged, and those whose teacher is gone or has other weights now." };
        var all = new Option<bool>("--all") { Description = "All of them." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Remove them. Without it they are only listed." };
        var json = Common.Json();
        Command command = Common.Command(
            "prune",
            "List the teacher caches that are no longer wanted, and with --yes remove them. Caches in use and other files are left alone.",
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
            Console.WriteLine($"{(r.Removed ? "removed" : yes ? "in use" : "would remove")} {r.Folder}: {DiskSpace.Text(r.Bytes)}, {r.Reason}");
        long bytes = removals.Where(r => r.Removed || !yes).Sum(r => r.Bytes);
        Console.WriteLine(yes ? $"{DiskSpace.Text(bytes)} freed" : $"{DiskSpace.Text(bytes)} could be freed; --yes removes them");
    }
}
