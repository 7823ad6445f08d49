using System.CommandLine;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Targets;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem cache info: lists caches, or describes one.</summary>
internal static class CacheInfoCommand
{
    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = CacheCommand.Where, Arity = ArgumentArity.ZeroOrOne };
        var json = Common.Json();
        Command command = Common.Command(
            "info", "List teacher caches with their size and last use, or show what one depends on.", "remem cache info");
        command.Add(folder);
        command.Add(json);
        command.Action((parsed, _) =>
        {
            IReadOnlyList<TeacherCacheInfo> caches = TeacherCaches.List(parsed.GetValue(folder));
            if (parsed.GetValue(json))
                Common.PrintJson(caches);
            else if (parsed.GetValue(folder) is { } one && caches is [{ Manifest: not null } only]
                && Path.GetFullPath(only.Folder) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(one)))
                Print(only, only.Manifest);
            else
                CacheList.Print(caches);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Places(MapSpec? maps)
    {
        string tokens = maps is { TokenGrid: > 0 }
            ? $", tokens of {maps.TokenGrid} x {maps.TokenGrid} cells and {maps.TokenWidth} numbers"
            : string.Empty;
        string heads = maps?.AttentionHeads == 1 ? "one head or the mean of several" : $"{maps?.AttentionHeads} heads";
        return tokens
            + (maps is { AttentionGrid: > 0 }
                ? $", attention of {maps.AttentionGrid} x {maps.AttentionGrid} "
                    + $"cells{(maps.ClassToken ? " and the class token" : string.Empty)}, {heads}"
                : string.Empty);
    }

    private static void Print(TeacherCacheInfo cache, TeacherCacheManifest manifest)
    {
        Common.PrintLine($"{cache.Folder}: {DiskSpace.Text(cache.Bytes)}");
        Console.WriteLine($"  {cache.Views} whole views of {manifest.Slots} images; {cache.Shards} shards of {manifest.ShardSlots} "
            + $"images are there, {cache.ShardsPerView} a view");
        Console.WriteLine($"  {(manifest.TopK > 0 ? $"top {manifest.TopK} of {manifest.Classes} logits" : $"{manifest.Classes} logits")}"
            + $"{(manifest.Features > 0 ? $", {manifest.Features} features" : string.Empty)}{Places(manifest.Maps)}, 16 bits each");
        Console.WriteLine(
            FormattableString.Invariant($"  made {manifest.Created:yyyy-MM-dd HH:mm} UTC, last used {cache.Used:yyyy-MM-dd HH:mm} UTC"));
        Common.PrintLine($"  teacher folder: {manifest.Origin.Teacher ?? "none"}");
        Console.WriteLine("key:");
        foreach ((string part, string value) in manifest.Key)
            Common.PrintLine($"  {part}: {value}");
    }
}
