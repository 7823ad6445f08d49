using System.CommandLine;
using ReMem.Distillation.Cache;
using ReMem.Runtime;
using ReMem.Weights;

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
            IReadOnlyList<PrunedCache> chosen = new TeacherCachePruner(options).Choose(CacheList.Of(parsed.GetValue(folder)), DateTimeOffset.UtcNow, Fingerprint);
            var result = new List<Removal>();
            foreach (PrunedCache cache in chosen)
                result.Add(new Removal(cache.Cache.Folder, cache.Cache.Bytes, cache.Reason, parsed.GetValue(yes) && TeacherCacheStore.Remove(cache.Cache)));
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result, parsed.GetValue(yes));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(List<Removal> removals, bool yes)
    {
        foreach (Removal r in removals)
            Console.WriteLine($"{(r.Removed ? "removed" : yes ? "in use" : "would remove")} {r.Folder}: {DiskSpace.Text(r.Bytes)}, {r.Reason}");
        long bytes = removals.Where(r => r.Removed || !yes).Sum(r => r.Bytes);
        Console.WriteLine(yes ? $"{DiskSpace.Text(bytes)} freed" : $"{DiskSpace.Text(bytes)} could be freed; --yes removes them");
    }

    /// <summary>The fingerprint of a teacher on disk, its classes in the cache's order; null where that teacher is gone.</summary>
    private static string? Fingerprint(TeacherCacheOrigin origin)
    {
        if (!Directory.Exists(origin.Teacher))
            return null;
        Common.LoadLibtorch();
        try
        {
            (Models.ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(origin.Teacher);
            using (model)
            {
                ClassOrder.Apply(model, labels, origin.Classes, origin.Teacher);
                return ModelFingerprint.Of(model);
            }
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>What became of a cache.</summary>
    /// <param name="Folder">The cache.</param>
    /// <param name="Bytes">It has or had.</param>
    /// <param name="Reason">Why it is not wanted.</param>
    /// <param name="Removed">False of a dry run, and of a cache in use.</param>
    private sealed record Removal(string Folder, long Bytes, string Reason, bool Removed);
}
