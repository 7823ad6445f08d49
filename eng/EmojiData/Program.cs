using System.CommandLine;
using System.Security.Cryptography;
using ReMem;
using ReMem.Eng.EmojiData;

Option<string> package = new("--package") { Description = "Unpacked emoji-datasource-google 16.0.0 (Noto Emoji).", Required = true };
Option<string?> twemoji = new("--twemoji")
{
    Description = "Unpacked emoji-datasource-twitter 16.0.0 (Twemoji); only --pretrain-out uses it.",
};
Option<string?> iconify = new("--iconify")
{
    Description = "Folder of unpacked @iconify-json packages, a subfolder for each; only --pretrain-out uses it.",
};
Option<string?> output = new("--out") { Description = "Folder for the demo's train, validation and test.parquet." };
Option<string?> pretrain = new("--pretrain-out") { Description = "Folder for the pretraining task's train, validation and test.parquet." };
RootCommand root = new(
    """
    Builds the emoji data sets from npm packages, byte for byte the same every time. In an empty folder outside the repository:
      npm pack emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0
      mkdir google twitter
      tar xzf emoji-datasource-google-16.0.0.tgz -C google --strip-components=1
      tar xzf emoji-datasource-twitter-16.0.0.tgz -C twitter --strip-components=1
    demo/emoji/README.md has the lines for the other hands.
    """)
{
    package, twemoji, iconify, output, pretrain,
};
root.SetAction(async parsed =>
{
    try
    {
        await BuildAsync(
            parsed.GetRequiredValue(package),
            parsed.GetValue(twemoji),
            parsed.GetValue(iconify),
            parsed.GetValue(output),
            parsed.GetValue(pretrain));
        return 0;
    }
    catch (InputException error)
    {
        await Console.Error.WriteLineAsync(string.Join('\n', new[] { error.Message, error.Where, error.Remedy }.OfType<string>()));
        return 2;
    }
});
return await root.Parse(args).InvokeAsync();

static async Task BuildAsync(string package, string? twemoji, string? iconify, string? output, string? pretrain)
{
    if (pretrain is not null && (twemoji is null || iconify is null))
        throw new InputException("--pretrain-out needs the drawings of all hands.", null, "Add --twemoji DIR and --iconify DIR.");
    Sample[] samples =
    [
        .. Load(package, "google", "noto"),
        .. twemoji is null ? [] : Load(twemoji, "twitter", "twemoji"),
        .. iconify is null ? [] : Draw(package, iconify),
    ];
    Builder builder = new(samples);
    foreach ((Sample a, Sample b) in builder.Joined)
        Console.Error.WriteLine($"alike: {a.Style} {a.File} and {b.Style} {b.File}");
    if (output is not null)
        await WriteAsync(output, builder.Downstream());
    if (pretrain is not null)
        await WriteAsync(pretrain, builder.Pretraining());
}

static IEnumerable<Sample> Load(string package, string style, string name) =>
    EmojiCatalogue.Read(package, style)
        .SelectMany(emoji => emoji.SkinTones.Prepend(emoji.Image).Select(file => (emoji, file)))
        .AsParallel().AsOrdered()
        .Select(s => new Sample(name, s.emoji, s.file, Drawing.Load(Path.Combine(EmojiCatalogue.ImageFolder(package, style), s.file))));

static IEnumerable<Sample> Draw(string package, string iconify) =>
    IconifySet.ReadAll(iconify)
        .SelectMany(set => EmojiCatalogue.Read(package, "google").Select(emoji => (set, emoji)))
        .AsParallel().AsOrdered()
        .SelectMany(s => s.set.Draw(s.emoji));

static async Task WriteAsync(string folder, Built built)
{
    string[] splits = [.. built.Splits.Keys];
    foreach (string split in splits)
        await HuggingFaceParquet.WriteAsync(Path.Combine(folder, split + ".parquet"), built.Classes, built.Splits[split]);

    Console.WriteLine($"| class | {string.Join(" | ", splits)} |");
    Console.WriteLine($"| --- |{string.Concat(splits.Select(_ => " ---: |"))}");
    for (int label = 0; label < built.Classes.Count; label++)
    {
        Console.WriteLine(
            $"| {built.Classes[label]} | {string.Join(" | ", splits.Select(s => built.Splits[s].Count(r => r.Label == label)))} |");
    }


    Console.WriteLine($"| **all** | {string.Join(" | ", splits.Select(s => built.Splits[s].Count))} |");
    Console.WriteLine($"| groups | {string.Join(" | ", splits.Select(s => built.Splits[s].Select(r => r.Group).Distinct().Count()))} |");
    Console.WriteLine();
    foreach (string split in splits)
    {
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(folder, split + ".parquet"));
        Console.WriteLine($"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {split}.parquet  {bytes.Length} bytes");
    }
}
