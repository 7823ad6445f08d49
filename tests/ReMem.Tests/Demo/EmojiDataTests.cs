using System.Security.Cryptography;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using SkiaSharp;

namespace ReMem.Tests.Demo;

/// <summary>The data set that is committed under demo/emoji.</summary>
public sealed class EmojiDataTests
{
    private static readonly string[] Splits = ["train", "validation", "test"];

    private static readonly string[] Classes =
    [
        "Smileys & Emotion", "People & Body", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects", "Symbols",
        "Flags",
    ];

    private static readonly string Root = Path.Combine(Repository.Root, "demo", "emoji");

    private static readonly Lazy<Task<Dictionary<string, Split>>> All = new(async () =>
    {
        Dictionary<string, Split> all = [];
        foreach (string split in Splits)
            all[split] = await ReadAsync(Path.Combine(Root, split + ".parquet"));
        return all;
    });

    [Theory]
    [InlineData("train", 1324, 846)]
    [InlineData("validation", 332, 256)]
    [InlineData("test", 551, 396)]
    public async Task Splits_have_the_counts_that_the_README_states(string name, int images, int groups)
    {
        Split split = (await All.Value)[name];
        Assert.Equal(images, split.Labels.Length);
        Assert.Equal(groups, split.Groups.Distinct().Count());
        Assert.Equal(Classes, split.Classes);
        Assert.Equal(Enumerable.Range(0, Classes.Length).Select(c => (long?)c), split.Labels.Distinct().Order());
    }

    [Fact]
    public async Task README_states_the_count_of_every_class()
    {
        Dictionary<string, Split> all = await All.Value;
        string readme = await File.ReadAllTextAsync(Path.Combine(Root, "README.md"), TestContext.Current.CancellationToken);
        for (int label = 0; label < Classes.Length; label++)
            Assert.Contains($"| {Classes[label]} | {string.Join(" | ", Splits.Select(s => all[s].Labels.Count(l => l == label)))} |",
                readme);
    }

    [Fact]
    public async Task Files_are_small_and_have_the_hashes_that_the_README_states()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Root, "README.md"), TestContext.Current.CancellationToken);
        long total = 0;
        foreach (string split in Splits)
        {
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(Root, split + ".parquet"),
                TestContext.Current.CancellationToken);
            total += bytes.Length;
            Assert.Contains($"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {split}.parquet", readme);
        }

        Assert.InRange(total, 1, 4_000_000);
    }

    [Fact]
    public async Task No_group_is_in_two_splits()
    {
        Dictionary<string, Split> all = await All.Value;
        AssertDisjoint(all.Values.Select(s => s.Groups.ToHashSet()));
    }

    [Fact]
    public async Task Images_are_32_pixels_opaque_and_none_is_there_twice()
    {
        Dictionary<string, Split> all = await All.Value;
        List<string> hashes = [];
        foreach (byte[] png in all.Values.SelectMany(s => s.Images))
        {
            using SKBitmap bitmap = SKBitmap.Decode(png);
            Assert.Equal((32, 32), (bitmap.Width, bitmap.Height));
            Assert.True(bitmap.GetPixelSpan().Length == 32 * 32 * 4 && bitmap.Pixels.All(p => p.Alpha == 255));
            hashes.Add(Convert.ToHexString(SHA256.HashData(bitmap.GetPixelSpan())));
        }

        Assert.Distinct(hashes);
    }

    [Fact]
    public async Task Forms_of_one_farmer_share_a_split()
    {
        Dictionary<string, Split> all = await All.Value;
        Split only = Assert.Single(all.Values, s => s.Groups.Contains("1f9d1-1f33e"));
        string[] farmers = only.Paths.Where((_, i) => only.Groups[i] == "1f9d1-1f33e").ToArray();
        Assert.Contains("1f468-200d-1f33e.png", farmers);
        Assert.Contains("1f469-200d-1f33e.png", farmers);
        Assert.Contains("1f9d1-200d-1f33e.png", farmers);
        Assert.Equal(6, farmers.Length);
    }

    private static void AssertDisjoint(IEnumerable<HashSet<string>> sets)
    {
        HashSet<string> seen = [];
        foreach (HashSet<string> set in sets)
        {
            Assert.Empty(seen.Intersect(set));
            seen.UnionWith(set);
        }
    }

    private static async Task<Split> ReadAsync(string file)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(file);
        Assert.Equal(1, reader.RowGroupCount);
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(0);
        DataField Field(string path) => reader.Schema.DataFields.Single(f => f.Path.ToString() == path);
        int count = (int)rows.RowCount;
        byte[]?[] images = new byte[count][];
        string?[] paths = new string[count], groups = new string[count];
        long?[] labels = new long?[count];
        await rows.ReadAsync(Field("image/bytes"), images.AsMemory());
        await rows.ReadAsync(Field("image/path"), paths.AsMemory());
        await rows.ReadAsync<long>(Field("label"), labels.AsMemory());
        await rows.ReadAsync(Field("group"), groups.AsMemory());
        using JsonDocument features = JsonDocument.Parse(reader.CustomMetadata["huggingface"]);
        JsonElement label = features.RootElement.GetProperty("info").GetProperty("features").GetProperty("label");
        return new Split(
            images!, paths!, labels, groups!, label.GetProperty("names").EnumerateArray().Select(n => n.GetString()!).ToArray());
    }

    private sealed record Split(byte[][] Images, string[] Paths, long?[] Labels, string[] Groups, string[] Classes);
}
