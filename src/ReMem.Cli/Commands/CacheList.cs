using ReMem.Distillation.Cache;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>Caches as 'cache info' lists them.</summary>
internal static class CacheList
{
    public static void Print(IReadOnlyList<TeacherCacheInfo> caches)
    {
        foreach (TeacherCacheInfo cache in caches)
            Common.PrintLine(Line(cache));
        Console.WriteLine($"{caches.Count} teacher caches, {DiskSpace.Text(caches.Sum(c => c.Bytes))}");
    }

    private static string Line(TeacherCacheInfo cache) =>
        FormattableString.Invariant($"{cache.Folder}: {DiskSpace.Text(cache.Bytes)}, last used {cache.Used:yyyy-MM-dd HH:mm} UTC; ")
        + (cache.Manifest is { } m ? $"{cache.Views} views of {m.Slots} images, teacher {m.Origin.Teacher ?? "unknown"}" : cache.Problem);
}
