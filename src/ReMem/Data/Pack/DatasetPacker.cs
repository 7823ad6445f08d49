using System.Diagnostics;
using System.Globalization;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Data.Pack;

/// <summary>
/// Decodes a data set once and writes it as Parquet at training resolution, with its splits and class names. Finished files are kept when
/// it is interrupted, and the folder gets its name when all are written and readable.
/// </summary>
/// <param name="options">How it is packed.</param>
/// <param name="progress">Receives the bytes written, out of the estimated total.</param>
internal sealed class DatasetPacker(PackOptions options, IProgress<TransferProgress>? progress = null)
{
    private const string PlanFile = "pack.json";
    private const string Stage = "packing";
    private const int MaxSampled = 48;
    private const int RowGroup = 128;
    private const double Overhead = 1.05;
    private static readonly string[] SplitNames = ["train", "validation", "test"];

    /// <summary>The source and options of an unfinished folder; with others, packing starts from the beginning.</summary>
    private sealed record Plan(string? Source, PackOptions Options, int ImagesPerShard, long Bytes);

    /// <summary>The figures of a finished shard, in a file next to it.</summary>
    private sealed record ShardFacts(int Images, int Unchanged, long SourceBytes, string[] BadImages);

    private sealed record Shard(string Split, int Number, int Of, IImageSource Source, int From, int To)
    {
        public string File => string.Create(CultureInfo.InvariantCulture, $"{Split}-{Number:00000}-of-{Of:00000}.parquet");
    }

    /// <summary>Packs a data set.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="folder">The output folder; it must not exist.</param>
    /// <param name="cancellationToken">Stops between two groups of images.</param>
    /// <exception cref="InputException">
    /// An option is out of range; the folder exists; an image is bad and the policy is to fail; there is not enough disk space.
    /// </exception>
    public PackResult Pack(ImageDataset data, string folder, CancellationToken cancellationToken = default)
    {
        DataOptions.Validate(options, "pack");
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder) || File.Exists(folder))
            throw new InputException($"'{folder}' exists.", remedy: "Name another folder, or delete it.");
        string work = folder + ".partial";
        Plan plan = Prepare(data, work);
        Shard[] shards = [.. DatasetScan.SplitsOf(data).SelectMany((s, i) => Shards(SplitNames[i], s.Source, plan.ImagesPerShard))];
        DiskSpace.Require(
            work, plan.Bytes - shards.Sum(s => LengthOf(Path.Combine(work, s.File))), "The packed data set",
            "Free some disk space, or choose a folder on another disk.");
        ShardFacts[] facts = Write(data, work, shards, plan, cancellationToken);
        try
        {
            DatasetReader.Open(work);
            foreach (Shard shard in shards)
                File.Delete(FactsOf(work, shard));
            File.Delete(Path.Combine(work, PlanFile));
            long bytes = shards.Sum(s => LengthOf(Path.Combine(work, s.File)));
            Directory.Move(work, folder);
            int Images(string split) => shards.Zip(facts).Where(p => p.First.Split == split).Sum(p => p.Second.Images);
            return new PackResult(
                folder, Images(SplitNames[0]), Images(SplitNames[1]), Images(SplitNames[2]), shards.Length, facts.Sum(f => f.SourceBytes),
                bytes,
                facts.Sum(f => f.Unchanged), [.. facts.SelectMany(f => f.BadImages)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, e);
        }
    }

    /// <summary>Reads the plan of an interrupted run with the same images and options, else makes a new one.</summary>
    private Plan Prepare(ImageDataset data, string work)
    {
        string? print = DatasetScan.Fingerprint(data);
        string file = Path.Combine(work, PlanFile);
        if (print is not null && Json.TryReadFile<Plan>(file) is { ImagesPerShard: > 0 } kept
            && kept.Source == print && kept.Options == options with { Threads = kept.Options.Threads })
        {
            return kept;
        }

        try
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(work, e);
        }

        Plan plan = Estimate(data, print);
        AtomicFile.WriteAllText(file, Json.Serialize(plan));
        return plan;
    }

    /// <summary>Estimates the size by packing some images of all splits.</summary>
    private Plan Estimate(ImageDataset data, string? print)
    {
        (IImageSource Source, int Index)[] all =
            [.. DatasetScan.SplitsOf(data).SelectMany(s => Enumerable.Range(0, s.Source.Count).Select(i => (s.Source, i)))];
        int count = Math.Min(MaxSampled, all.Length);
        (PackedImage?[] sample, _) = Make(count, i => all[(int)((long)i * all.Length / count)]);
        double mean = sample.OfType<PackedImage>().Select(m => (double)m.Bytes.Length).DefaultIfEmpty(1).Average();
        long bytes = (long)(mean * all.Length * Overhead);
        progress?.Report(new TransferProgress(Stage, Message: FormattableString.Invariant(
            $"{all.Length} images at {options.ShorterSide} px or less will take about {bytes / 1e6:0} MB")));
        return new Plan(print, options, Math.Max(1, (int)Math.Min(int.MaxValue, options.ShardBytes / mean)), bytes);
    }

    private static IEnumerable<Shard> Shards(string split, IImageSource source, int images)
    {
        int of = (int)((source.Count + (long)images - 1) / images);
        // Of equal length, so that the last one is not tiny.
        return Enumerable.Range(0, of)
            .Select(i => new Shard(split, i, of, source, (int)((long)source.Count * i / of), (int)((long)source.Count * (i + 1) / of)));
    }

    private ShardFacts[] Write(ImageDataset data, string work, Shard[] shards, Plan plan, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        long done = 0, fresh = 0;
        var facts = new ShardFacts[shards.Length];
        for (int i = 0; i < shards.Length; i++)
        {
            string file = Path.Combine(work, shards[i].File), factsFile = FactsOf(work, shards[i]);
            if (File.Exists(file) && Json.TryReadFile<ShardFacts>(factsFile) is { } before)
            {
                facts[i] = before;
                done += LengthOf(file);
                continue;
            }

            var made = new ShardFacts(0, 0, 0, []);
            IEnumerable<IReadOnlyList<ImageShard.Row>> Groups()
            {
                for (int from = shards[i].From; from < shards[i].To; from += RowGroup)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    (ImageShard.Row[] rows, made) = Make(shards[i].Source, from, Math.Min(shards[i].To, from + RowGroup), made);
                    long bytes = rows.Sum(r => (long)r.Bytes.Length);
                    (done, fresh) = (done + bytes, fresh + bytes);
                    progress?.Report(new TransferProgress(Stage, done, Math.Max(done, plan.Bytes),
                        fresh / Math.Max(1e-3, clock.Elapsed.TotalSeconds)));
                    yield return rows;
                }
            }

            ImageShard.Write(file, data.Classes, Groups());
            facts[i] = made;
            AtomicFile.WriteAllText(factsFile, Json.Serialize(made));
        }

        return facts;
    }

    private (ImageShard.Row[] Rows, ShardFacts Facts) Make(IImageSource source, int from, int to, ShardFacts before)
    {
        (PackedImage?[] images, string?[] bad) = Make(to - from, i => (source, from + i));
        ImageShard.Row[] rows =
        [
            .. Enumerable.Range(0, to - from).Where(i => images[i] is not null)
                .Select(i => new ImageShard.Row(images[i]!.Bytes, Path.GetFileName(source.Name(from + i)), source.Label(from + i))),
        ];
        PackedImage[] made = [.. images.OfType<PackedImage>()];
        return (rows, new ShardFacts(
            before.Images + rows.Length, before.Unchanged + made.Count(m => m.Unchanged), before.SourceBytes + made.Sum(m => m.SourceBytes),
            [.. before.BadImages, .. bad.OfType<string>()]));
    }

    private (PackedImage?[] Images, string?[] Bad) Make(int count, Func<int, (IImageSource Source, int Index)> sample)
    {
        var images = new PackedImage?[count];
        var bad = new InputException?[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads }, i =>
        {
            try
            {
                (IImageSource source, int index) = sample(i);
                images[i] = PackedImage.Of(source, index, options);
            }
            catch (InputException e)
            {
                bad[i] = e;
            }
        });
        return options.OnBadImage == BadImagePolicy.Fail && bad.FirstOrDefault(b => b is not null) is { } first
            ? throw first
            : (images, [.. bad.Select(b => b?.Message)]);
    }

    private static string FactsOf(string work, Shard shard) => Path.Combine(work, shard.File + ".json");

    private static long LengthOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;
}
