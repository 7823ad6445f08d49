using ReMem.Eng.EmojiData;
using SkiaSharp;

namespace ReMem.Tests.Eng;

/// <summary>The tool that builds the demo's data set.</summary>
public sealed class EmojiDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1F600", "1f600")]
    [InlineData("2639-FE0F", "2639")]
    [InlineData("1F44B-1F3FD", "1f44b")] // skin tone
    [InlineData("1F468-1F3FF-200D-1F33E", "1f9d1-1f33e")] // man farmer
    [InlineData("1F469-200D-1F33E", "1f9d1-1f33e")]
    [InlineData("1F9D1-200D-1F33E", "1f9d1-1f33e")]
    [InlineData("1F3C3-1F3FB-200D-2640-FE0F-200D-27A1-FE0F", "1f3c3")] // woman running facing right
    [InlineData("26F9-FE0F-200D-2642-FE0F", "26f9")] // man bouncing ball
    [InlineData("1F469-200D-1F9B0", "1f9d1")] // red-haired woman
    [InlineData("1F9D4-1F3FC-200D-2642-FE0F", "1f9d1")] // bearded man
    [InlineData("1F471-200D-2640-FE0F", "1f9d1")] // blond woman
    [InlineData("1F468-200D-1F9BC-200D-27A1-FE0F", "1f9d1-1f9bc")] // wheelchair facing right
    [InlineData("1F469-1F3FB-200D-2764-FE0F-200D-1F468-1F3FF", "1f491")] // couple with heart
    [InlineData("1F468-200D-2764-FE0F-200D-1F48B-200D-1F468", "1f48f")] // kiss
    [InlineData("1F9D1-1F3FB-200D-1F91D-200D-1F9D1-1F3FC", "1f46b")] // people holding hands
    [InlineData("1F46D-1F3FD", "1f46b")] // two women holding hands
    [InlineData("1F468-200D-1F469-200D-1F467-200D-1F466", "1f46a")] // family
    [InlineData("1F9D1-200D-1F9D2", "1f46a")]
    [InlineData("1FAF1-1F3FB-200D-1FAF2-1F3FF", "1f91d")] // handshake in two tones
    [InlineData("1F9D1-200D-1F384", "1f385")] // Mx Claus is no person before a tree
    [InlineData("1F478-1F3FB", "1f934")] // princess
    [InlineData("2642-FE0F", "2640")] // a sign of its own, not a modifier
    [InlineData("27A1-FE0F", "2196")] // likewise the arrow
    [InlineData("1F566", "1f550")] // clock faces
    [InlineData("0039-FE0F-20E3", "0023-20e3")] // keycaps
    [InlineData("1F1F3-1F1F4", "1f1f3-1f1f4")] // flags are all distinct
    [InlineData("1F3F3-FE0F-200D-1F308", "1f3f3-1f308")]
    [InlineData("2764-FE0F-200D-1F525", "2764-1f525")] // heart on fire is no plain heart
    [InlineData("1F499", "2764")]
    public void Group_is_what_is_left_without_modifiers(string unified, string group) => Assert.Equal(group, EmojiGroup.Of(unified));

    [Fact]
    public void Splits_keep_groups_whole_and_shares_in_every_class()
    {
        var images = Enumerable.Range(0, 3000).Select(i => (Group: $"g{i / 3}", Class: i / 3 % 2 == 0 ? 0 : 1)).ToArray();
        IReadOnlyDictionary<string, int> splits = Splits.Assign(images);
        Assert.Equal(1000, splits.Count);
        for (int label = 0; label < 2; label++)
        {
            for (int split = 0; split < 3; split++)
            {
                double share = images.Count(i => i.Class == label && splits[i.Group] == split) / 1500.0;
                Assert.InRange(share, Splits.Shares[split] - 0.01, Splits.Shares[split] + 0.01);
            }
        }

        Assert.Equal(splits, Splits.Assign(images.Reverse()));
    }

    [Fact]
    public void Equal_turned_and_mirrored_drawings_are_one_group()
    {
        Drawing arrow = Paint((x, y) => y < 8 || (x < 12 && y < 20));
        Drawing turned = Paint((x, y) => x > 23 || (y < 12 && x > 11));
        Drawing mirrored = Paint((x, y) => y < 8 || (x > 19 && y < 20));
        Drawing other = Paint((x, y) => (x / 8) % 2 == (y / 8) % 2);
        NearDuplicates groups = new();
        groups.JoinEqual([("c", other), ("d", other with { })]);
        groups.JoinSimilar([("m", arrow), ("k", turned), ("z", mirrored), ("c", other)]);
        Assert.Equal("k", groups.Root("m"));
        Assert.Equal("k", groups.Root("z"));
        Assert.Equal("c", groups.Root("d"));
    }

    [Fact]
    public void Faint_drawings_are_compared_by_their_own_contrast()
    {
        Drawing left = Paint((x, _) => x < 16, ink: 240);
        Drawing stripes = Paint((x, _) => x / 4 % 2 == 0, ink: 240);
        NearDuplicates groups = new();
        groups.JoinSimilar([("a", left), ("b", stripes)]);
        Assert.Equal("b", groups.Root("b"));
    }

    [Fact]
    public void Drawing_is_flattened_on_white_and_halved()
    {
        string file = _folder.File("half.png");
        using (SKBitmap bitmap = new(new SKImageInfo(64, 64, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            for (int y = 0; y < 64; y++)
            {
                for (int x = 0; x < 64; x++)
                    bitmap.SetPixel(x, y, x < 32 ? new SKColor(200, 100, 0, 128) : SKColors.Transparent);
            }

            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
            File.WriteAllBytes(file, data.ToArray());
        }

        Drawing drawing = Drawing.Load(file);
        Assert.Equal([227, 177, 127], drawing.Pixels[..3]);
        Assert.Equal([255, 255, 255], drawing.Pixels[^3..]);
        using SKBitmap png = SKBitmap.Decode(drawing.ToPng());
        Assert.Equal(new SKColor(227, 177, 127), png.GetPixel(0, 0));
        Assert.Equal((32, 32), (png.Width, png.Height));
    }

    [Fact]
    public void Wrong_files_and_folders_are_named()
    {
        string file = _folder.File("broken.png");
        File.WriteAllText(file, "no image");
        Assert.Contains("broken.png", Assert.Throws<InputException>(() => Drawing.Load(file)).Message);
        Assert.Throws<InputException>(() => Drawing.Load(_folder.File("missing.png")));
        InputException error = Assert.Throws<InputException>(() => EmojiCatalogue.Read(_folder.Path, "google"));
        Assert.Contains("npm pack emoji-datasource-google@16.0.0", error.Remedy);
    }

    [Fact]
    public void Other_hands_are_found_by_code_points_and_drawn_by_half()
    {
        foreach (string style in IconifySet.Styles)
        {
            Directory.CreateDirectory(_folder.File(style));
            File.WriteAllText(_folder.File($"{style}/icons.json"), """
                { "icons": { "left-half": { "body": "<path d=\"M0 0h8v16H0z\"/>" },
                             "wide": { "body": "<path d=\"M0 0h32v16H0z\"/>", "width": 32 } },
                  "aliases": { "right-half": { "parent": "left-half", "hFlip": true } } }
                """);
            File.WriteAllText(_folder.File($"{style}/chars.json"), """
                { "1f600-fe0f": "left-half", "1f601": "right-half", "1f602": "not in this package", "1f603": "wide" }
                """);
        }

        IconifySet set = IconifySet.ReadAll(_folder.Path).Single(s => s.Style == "noto-v1");
        Sample[] Drawn(string code) => [.. set.Draw(new Emoji(code, code + ".png", "Symbols", "sub", 0, [code + "-1f3fb.png"]))];
        Sample left = Assert.Single(Drawn("1f600")), right = Assert.Single(Drawn("1f601")), wide = Assert.Single(Drawn("1f603"));
        Assert.Empty(Drawn("1f602"));
        Assert.True(left.IsDefault);
        Assert.Equal(Paint((x, _) => x < 16).Pixels, Sharp(left));
        Assert.Equal(Paint((x, _) => x >= 16).Pixels, Sharp(right));
        Assert.Equal(Paint((_, y) => y is >= 8 and < 24).Pixels, Sharp(wide));

        File.Delete(_folder.File("openmoji/chars.json"));
        InputException error = Assert.Throws<InputException>(() => IconifySet.ReadAll(_folder.Path));
        Assert.Contains("npm pack @iconify-json/openmoji", error.Remedy);

        // Halving overshoots at an edge by some levels.
        static byte[] Sharp(Sample sample) => [.. sample.Drawing.Pixels.Select(p => p > 127 ? (byte)255 : (byte)0)];
    }

    [Fact]
    public void Pretraining_sees_no_group_that_is_held_out_downstream()
    {
        Builder builder = new(Samples(twemojiPattern: i => i + 100));
        Built downstream = builder.Downstream();
        Built pretraining = builder.Pretraining();
        Row[] seen = pretraining.Splits.Values.SelectMany(r => r).ToArray();
        Assert.Equal(downstream.Splits["train"].Select(r => r.Group).ToHashSet(), seen.Select(r => r.Group).ToHashSet());
        Assert.All(downstream.Splits.Values.SelectMany(r => r).GroupBy(r => r.Group), g => Assert.Equal(2, g.Count()));
        Assert.All(seen.GroupBy(r => r.Group), g => Assert.Equal(6, g.Count()));
        foreach (string split in new[] { "validation", "test" })
        {
            // One style of the group is held out whole, the other is trained on.
            Assert.All(pretraining.Splits[split].GroupBy(r => r.Group), g => Assert.Single(g.Select(r => r.Path.Split('-')[0]).Distinct()));
            Assert.All(pretraining.Splits[split].GroupBy(r => r.Group), g => Assert.Equal(3, g.Count()));
            Assert.All(pretraining.Splits[split], row => Assert.Equal(3, pretraining.Splits["train"].Count(r => r.Group == row.Group)));
        }

        Assert.Equal(["sub0", "sub1", "sub2", "sub3"], pretraining.Classes.Order());
    }

    [Fact]
    public void Pretraining_leaves_out_what_looks_like_something_held_out()
    {
        Row[] test = [.. new Builder(Samples(twemojiPattern: i => i + 100)).Downstream().Splits["test"]];
        int heldOut = int.Parse(test[0].Path.Split('.', '-')[0], System.Globalization.CultureInfo.InvariantCulture);
        Builder builder = new(Samples(twemojiPattern: i => i % 2 == 0 ? heldOut : i + 100));
        HashSet<string> trained = [.. builder.Downstream().Splits["train"].Select(r => r.Group)];
        HashSet<string> seen = [.. builder.Pretraining().Splits.Values.SelectMany(r => r).Select(r => r.Group)];
        Assert.Contains(trained, g => Number(g) % 2 == 0);
        Assert.Equal(trained.Where(g => Number(g) % 2 == 1).ToHashSet(), seen);
    }

    /// <summary>60 emoji in two styles and two skin tones; the Twemoji default drawing of emoji i has the given pattern.</summary>
    private static List<Sample> Samples(Func<int, int> twemojiPattern)
    {
        List<Sample> samples = [];
        for (int i = 0; i < 60; i++)
        {
            string[] toneFiles = [$"{i}-light.png", $"{i}-dark.png"];
            Emoji emoji = new($"1F{i + 0x400:X3}", $"{i}.png", EmojiCatalogue.Categories[i % 2], $"sub{i % 4}", i, toneFiles);
            foreach ((string style, int pattern, int tones) in new[] { ("noto", i, 1000), ("twemoji", twemojiPattern(i), 2000) })
            {
                samples.Add(new Sample(style, emoji, emoji.Image, Pattern(pattern)));
                samples.AddRange(toneFiles.Select((file, tone) => new Sample(style, emoji, file, Pattern(tones + (100 * tone) + i))));
            }
        }

        return samples;
    }

    private static int Number(string group) => Convert.ToInt32(group, 16) - 0x1F400;

    private static Drawing Pattern(int seed)
    {
        ReMem.Runtime.CounterRandom random = new(seed, "pattern");
        byte[] cells = Enumerable.Range(0, 64).Select(_ => (byte)random.NextInt(256)).ToArray();
        return new Drawing(Enumerable.Range(0, 3072).Select(i => cells[(i / 3 % 32 / 4) + (i / 96 / 4 * 8)]).ToArray());
    }

    private static Drawing Paint(Func<int, int, bool> inked, byte ink = 0) =>
        new(Enumerable.Range(0, 3072).Select(i => inked(i / 3 % 32, i / 96) ? ink : (byte)255).ToArray());
}
