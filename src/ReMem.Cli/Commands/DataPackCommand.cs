using System.CommandLine;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Pack;
using ReMem.Data.Sources;

namespace ReMem.Cli.Commands;

/// <summary>remem data pack: decodes a data set once and stores it at training resolution.</summary>
internal static class DataPackCommand
{
    public static Command Create()
    {
        var defaults = new PackOptions();
        var reading = new DatasetOptions();
        var path = Common.Data();
        var to = new Argument<string>("OUT") { Description = "The folder that becomes the packed data set; it must not exist." };
        var size = new Option<int>("--image-size")
        {
            Description = "Side of the views that models will be trained on.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => defaults.ImageSize,
        };
        var margin = new Option<double>("--margin")
        {
            Description =
            "The shorter side is packed at this multiple of the image size, for crops; 2 keeps crops of a quarter of the area sharp.",
            DefaultValueFactory = _ => defaults.Margin,
        };
        var format = new Option<PackFormat>("--format")
        {
            Description = "jpeg, or lossless png or webp. Images that are small enough stay as they are.",
            HelpName = "jpeg|png|webp",
            DefaultValueFactory = _ => defaults.Format,
        };
        var quality = new Option<int>("--quality")
        {
            Description = "JPEG's quality, 1 to 100.",
            DefaultValueFactory = _ => defaults.Quality,
        };
        var shard = new Option<int>("--shard-mb")
        {
            Description = "Approximate size of a file in MiB.",
            DefaultValueFactory = _ => (int)(defaults.ShardBytes >> 20),
        };
        var bad = Common.OnBadImage();
        var seed = new Option<long>("--split-seed")
        {
            Description = "Seed of splits that the source does not have.",
            DefaultValueFactory = _ => reading.Seed,
        };
        var val = new Option<double>("--val-fraction")
        {
            Description = "Share of each class for validation where the source has no such split.",
            DefaultValueFactory = _ => reading.ValFraction,
        };
        var test = new Option<double>("--test-fraction")
        {
            Description = "Share of each class for test where the source has no such split.",
            DefaultValueFactory = _ => reading.TestFraction,
        };
        var near = new Option<bool>("--keep-near-duplicates-together")
        {
            Description = "Keep near-duplicates in one split when splitting.",
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads to decode and encode on; 0 is all cores.",
            DefaultValueFactory = _ => 0,
        };
        var json = Common.Json();
        Command command = Common.Command(
            "pack",
            "Decode a data set once and write it as Parquet at training resolution, with its splits and class names. The folder can be "
                + "used as DATA; training reads it several "
            + "times faster than large photos. An interrupted run is continued by the same command.",
            "remem data pack photos/ packed/ --image-size 224");
        foreach (Symbol symbol in new Symbol[] { path, to, size, margin, format, quality, shard, bad, seed, val, test, near, threads,
            json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            int count = Common.Threads(parsed.GetValue(threads));
            var options = new PackOptions
            {
                ImageSize = parsed.GetValue(size),
                Margin = parsed.GetValue(margin),
                Format = parsed.GetValue(format),
                Quality = parsed.GetValue(quality),
                ShardBytes = (long)parsed.GetValue(shard) << 20,
                Threads = count,
                OnBadImage = Common.IsSkip(parsed.GetValue(bad)!) ? BadImagePolicy.Skip : BadImagePolicy.Fail,
            };
            ImageDataset data = DatasetReader.Open(parsed.GetValue(path)!, new DatasetOptions
            {
                Seed = parsed.GetValue(seed),
                ValFraction = parsed.GetValue(val),
                TestFraction = parsed.GetValue(test),
                KeepNearDuplicatesTogether = parsed.GetValue(near),
            });
            foreach (string warning in data.Warnings)
                Console.Error.WriteLine($"warning: {warning}");
            PackResult result =
                Common.WithProgress(progress => new DatasetPacker(options, progress).Pack(data, parsed.GetValue(to)!, cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result);
            return ExitCodes.Done;
        }, _ => "the files that are done are kept");
        return command;
    }

    private static void Print(PackResult r)
    {
        Console.WriteLine($"{r.Train} train / {r.Validation} val / {r.Test} test in {r.Shards} files; {r.Unchanged} were small enough "
            + "to stay as they were");
        Console.WriteLine(FormattableString.Invariant($"{r.SourceBytes / 1e6:0.0} MB of images became {r.Bytes / 1e6:0.0} MB"));
        if (r.BadImages.Count > 0)
            Console.WriteLine($"{r.BadImages.Count} left out. The first: {r.BadImages[0]}");
        Console.WriteLine($"data: {r.Folder}");
    }
}
