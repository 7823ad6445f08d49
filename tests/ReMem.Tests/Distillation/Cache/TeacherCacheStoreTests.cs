using ReMem.Distillation.Cache;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

/// <summary>Listing, choosing and removing.</summary>
[Collection(TorchGenerator.Name)]
public sealed class TeacherCacheStoreTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _teacher = Model(seed: 8);

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Caches_are_found_below_a_folder_with_what_they_hold()
    {
        Make("one", days: 5);
        Make(Path.Combine("seed-0", "sam"), days: 1);
        Directory.CreateDirectory(_folder.File("broken"));
        File.WriteAllText(_folder.File(Path.Combine("broken", "cache.json")), "{");
        IReadOnlyList<TeacherCacheInfo> caches = TeacherCacheStore.List(_folder.Path);
        Assert.Equal(3, caches.Count);
        TeacherCacheInfo one = caches.Single(c => Path.GetFileName(c.Folder) == "one");
        Assert.Equal((1, 3, 3, Now.AddDays(-5)), (one.Views, one.Shards, one.ShardsPerView, one.Used.UtcDateTime));
        Assert.Equal(new DirectoryInfo(one.Folder).GetFiles("*", SearchOption.AllDirectories).Sum(f => f.Length), one.Bytes);
        Assert.Contains("not the JSON", caches.Single(c => c.Manifest is null).Problem, StringComparison.Ordinal);
        Assert.Equal(one, Assert.Single(TeacherCacheStore.List(one.Folder)) with { Manifest = one.Manifest });
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => TeacherCacheStore.List(_folder.File("none"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_a_cache_learns_what_differs_in_the_nearest_one()
    {
        TeacherCacheKey key = TeacherCacheKey.Of(_teacher, Loader(), "data");
        Make("one", days: 1);
        Assert.Null(TeacherCacheStore.NearestDifferences(_folder.Path, key));
        using ImageModel other = Model(seed: 9);
        TinyCache.Open(_folder.File("other-teacher"), other, data: "x").Dispose();
        TinyCache.Open(_folder.File("other-count"), _teacher, Loader(8), data: "x").Dispose();
        TinyCache.Open(_folder.File("other-data"), _teacher, data: "x").Dispose();
        Assert.Equal(["its training images are others"], TeacherCacheStore.NearestDifferences(_folder.Path, key)!);
    }

    [Fact]
    public void Only_a_caches_own_files_are_removed_and_none_while_it_is_in_use()
    {
        Make("one", days: 1);
        string other = _folder.File(Path.Combine("one", "notes.txt"));
        File.WriteAllText(other, "x");
        TeacherCacheInfo cache = TeacherCacheStore.List(_folder.Path).Single();
        using (TeacherCache.Open(cache.Folder))
            Assert.False(TeacherCacheStore.Remove(cache));
        Assert.Equal(1, TeacherCacheStore.Describe(cache.Folder).Views);
        Assert.True(TeacherCacheStore.Remove(cache));
        Assert.Equal([other], Directory.GetFileSystemEntries(cache.Folder));
        Make("two", days: 1);
        Assert.True(TeacherCacheStore.Remove(TeacherCacheStore.List(_folder.File("two")).Single()));
        Assert.False(Directory.Exists(_folder.File("two")));
    }

    [Fact]
    public void Age_size_and_staleness_choose()
    {
        Make("new", days: 1);
        Make("old", days: 40, teacher: "elsewhere");
        Make("gone", days: 2, teacher: "gone");
        Make("hub", days: 3, teacher: "hf-hub:owner/name");
        Make("changed", days: 4, teacher: "changed");
        Directory.CreateDirectory(_folder.File("broken"));
        File.WriteAllText(_folder.File(Path.Combine("broken", "cache.json")), "{");
        File.SetLastWriteTimeUtc(_folder.File(Path.Combine("broken", "cache.json")), Now);
        long size = TeacherCacheStore.Describe(_folder.File("new")).Bytes;

        Assert.Equal(["old: not used for 40 days"], Choose(new() { OlderThanDays = 30 }));
        Assert.Equal(
            ["broken: it cannot be read", "changed: its teacher has other weights now", "gone: its teacher is missing"],
            Choose(new() { Stale = true }));
        Assert.Equal(["changed", "hub", "old"], Choose(new() { MaxBytes = (2 * size) + (size / 2) }).Select(c => c.Split(':')[0]));
        Assert.Equal(6, Choose(new() { All = true }).Length);
        Assert.Contains("No criterion says", Assert.Throws<InputException>(() => Choose(new())).Message, StringComparison.Ordinal);
        Assert.Contains("OlderThanDays", Assert.Throws<InputException>(() => Choose(new() { OlderThanDays = -1 })).Message,
            StringComparison.Ordinal);
        Assert.Equal(6, TeacherCacheStore.List(_folder.Path).Count);
    }

    private string[] Choose(TeacherCachePrunerOptions options)
    {
        string mine = global::ReMem.Weights.ModelFingerprint.Of(_teacher);
        return [.. new TeacherCachePruner(options).Choose(TeacherCacheStore.List(_folder.Path), Now, o =>
            o.Teacher switch { "gone" => null, "changed" => "another", _ => mine })
            .Select(c => $"{Path.GetFileName(c.Cache.Folder)}: {c.Reason}").Order()];
    }

    private void Make(string name, int days, string? teacher = null)
    {
        using (TeacherCache cache = TinyCache.Open(_folder.File(name), _teacher, origin: TinyCache.Origin with { Teacher = teacher }))
        using (var builder = new TeacherCacheBuilder(cache, _teacher, Loader(), "tiny", null))
            builder.Build(1);
        File.SetLastWriteTimeUtc(Path.Combine(_folder.File(name), ".in-use"), Now.AddDays(-days));
    }
}
