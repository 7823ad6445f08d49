using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Checks;

public sealed class DatasetScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(), _kept = new();

    public DatasetScanTests() =>
        _folder.Images("train/a", 3).Images("train/b", 3).Images("val/a", 1).Images("val/b", 1).Images("test/a", 1).Images("test/b", 1);

    public void Dispose()
    {
        _folder.Dispose();
        _kept.Dispose();
    }

    [Fact]
    public void Unchanged_data_is_not_decoded_again()
    {
        _folder.Add("train/a/bad.png", [1, 2, 3]);
        byte[] copy = File.ReadAllBytes(_folder.File("train/a/000.png"));
        _folder.Add("test/a/copy.png", copy);
        (DatasetScan first, int seen) = Scan();
        Assert.Equal(12, seen);
        (DatasetScan again, int none) = Scan();
        Assert.Equal(0, none);
        for (int s = 0; s < 3; s++)
        {
            Assert.Equal(first.Splits[s].Widths, again.Splits[s].Widths);
            Assert.Equal(first.Splits[s].Formats, again.Splits[s].Formats);
            Assert.Equal(first.Splits[s].HashBytes, again.Splits[s].HashBytes);
            Assert.Equal(first.Splits[s].Reasons, again.Splits[s].Reasons);
            Assert.Equal(first.Splits[s].Sums, again.Splits[s].Sums);
        }

        Assert.Equal(first.Near, again.Near);
        PreflightResult result = Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip, leakage: LeakagePolicy.Warn,
            scanFolder: _kept.Path);
        Assert.Equal((1, 1), (result.BadImages.Count, result.LeakedImages));
    }

    [Fact]
    public void Whatever_changes_is_decoded_again()
    {
        Scan();
        string file = _folder.File("val/a/000.png");
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        Assert.Equal(10, Scan().Decoded);
        File.AppendAllText(file, "x");
        Assert.Equal(10, Scan().Decoded);
        File.Move(file, _folder.File("val/a/001.png"));
        Assert.Equal(10, Scan().Decoded);
        _folder.Images("train/b", 4);
        Assert.Equal(11, Scan().Decoded);
        Assert.Equal(0, Scan().Decoded);
    }

    [Fact]
    public void Damaged_or_unwritable_keeping_costs_only_time()
    {
        Scan();
        string kept = Assert.Single(Directory.GetFiles(_kept.Path));
        foreach (string text in new[] { "", "{", "{\"splits\":[],\"near\":[]}", "null" })
        {
            File.WriteAllText(kept, text);
            Assert.Equal(10, Scan().Decoded);
        }

        string blocked = _folder.Add("file", [1]);
        Assert.Equal(10, Scan(Path.Combine(blocked, "below")).Decoded);
    }

    [Fact]
    public void Sources_that_do_not_know_their_files_are_never_kept()
    {
        MemorySource source = MemorySource.Of(6);
        Assert.Null(DatasetScan.Fingerprint(new ImageDataset("x", ["a", "b", "c"], source, source, source, [])));
    }

    [Fact]
    public void Threads_do_not_change_the_scan()
    {
        ImageDataset data = DatasetReader.Open(_folder.Path);
        ImageScan one = ImageScan.Run("train", data.Train, null, 1), eight = ImageScan.Run("train", data.Train, null, 8);
        Assert.Equal(one.Sums, eight.Sums);
        Assert.Equal(one.Squares, eight.Squares);
        Assert.Equal(one.Prints.Select(p => p.Hash), eight.Prints.Select(p => p.Hash));
    }

    private (DatasetScan Scan, int Decoded) Scan(string? folder = null)
    {
        var counter = new Counter();
        DatasetScan scan = DatasetScan.Of(DatasetReader.Open(_folder.Path), null, 2, 0, folder ?? _kept.Path, counter);
        return (scan, counter.Seen);
    }

    private sealed class Counter : IProgress<PreflightProgress>
    {
        private int _seen;

        public int Seen => _seen;

        public void Report(PreflightProgress value) => Interlocked.Increment(ref _seen);
    }
}
