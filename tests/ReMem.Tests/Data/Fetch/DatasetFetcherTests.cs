using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ReMem.Data;
using ReMem.Data.Fetch;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Runtime.Downloads;
using ReMem.Tests.Weights.Hub;

namespace ReMem.Tests.Data.Fetch;

public sealed class DatasetFetcherTests : IDisposable
{
    private static readonly byte[] List1 = "cat_a_1 1 1 1\ncat_a_2 1 1 1\nbig_dog_1 2 2 1\nbig_dog_2 2 2 1\n"u8.ToArray();
    private readonly TemporaryFolder _folder = new();
    private readonly HubServer _server = new();
    private readonly Recorder _recorder = new();
    private readonly Dictionary<string, byte[]> _files = [];

    public DatasetFetcherTests() => _server.Instead = Serve;

    private string Target => _folder.File("data/set");

    private string Lines => string.Join('\n', _recorder.Reports.Select(p => p.Message).Where(m => m is not null));

    [Fact]
    public void The_list_has_plausible_facts()
    {
        Assert.Equal(["cifar-10", "cifar-100", "mnist", "fashion-mnist", "oxford-pets", "flowers-102", "dtd", "eurosat"],
            DatasetFetcher.Known.Select(d => d.Name));
        foreach (KnownFile file in KnownDatasets.All.SelectMany(d => d.Files))
        {
            Assert.Matches("^[0-9a-f]{64}$", file.Sha256);
            Assert.True(file.Bytes > 0);
            Assert.All(file.Addresses, a => Assert.EndsWith("/" + file.Name, a, StringComparison.Ordinal));
            Assert.All(file.Addresses,
                a => Assert.True(a.StartsWith("https://", StringComparison.Ordinal)
                    || a.Contains("fashion-mnist", StringComparison.Ordinal)));
        }

        Assert.Equal(24, KnownDatasets.All.SelectMany(d => d.Files).Select(f => f.Sha256).Distinct().Count() + 7);
    }

    [Fact]
    public async Task Cifar_is_readable_at_once_and_a_second_call_asks_nobody()
    {
        KnownDataset set = Fake("cifar-10", Cifar10());
        DatasetFetchResult result = await FetchAsync(set);
        Assert.Equal((10, false), (result.Classes, result.WasThere));
        Assert.Equal("airplane", DatasetReader.Open(Target).Classes[0]);
        Assert.False(Directory.Exists(Target + ".partial"));
        _server.Requests.Clear();
        result = await FetchAsync(set);
        Assert.True(result.WasThere);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Pets_get_a_table_of_the_official_lists_and_class_order()
    {
        byte[][] pictures = [.. Enumerable.Range(0, 6).Select(i => TestImages.Noise(6, 5, "pets", i))];
        string[] names = ["cat_a_1", "cat_a_2", "big_dog_1", "big_dog_2", "cat_a_3", "big_dog_3"];
        await FetchAsync(Fake(
            "oxford-pets",
            Archives.TarGz([.. names.Select((n, i) => ($"images/{n}.jpg", pictures[i])), ("images/unlisted_1.jpg", pictures[0])]),
            Archives.TarGz(("annotations/trainval.txt", List1), ("annotations/test.txt", "cat_a_3 1 1 1\nbig_dog_3 2 2 1\n"u8.ToArray()),
                ("annotations/trimaps/cat_a_1.png", pictures[0]))));
        ImageDataset data = DatasetReader.Open(Target, new DatasetOptions { ValFraction = 0.5 });
        Assert.Equal(["Cat A", "Big Dog"], data.Classes);
        Assert.Equal((2, 2, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal([pictures[4], pictures[5]], [data.Test.Read(0), data.Test.Read(1)]);
        Assert.Equal([0, 1], [data.Test.Label(0), data.Test.Label(1)]);
        Assert.False(Directory.Exists(Path.Combine(Target, "annotations", "trimaps")));
    }

    [Fact]
    public async Task Flowers_get_a_table_from_the_matlab_files()
    {
        byte[][] pictures = [.. Enumerable.Range(0, 204).Select(i => TestImages.Noise(3, 2, "flowers", i))];
        double[] labels = [.. Enumerable.Range(0, 204).Select(i => (i % 102) + 1.0)];
        await FetchAsync(Fake(
            "flowers-102",
            Archives.TarGz([.. pictures.Select((p, i) => (FormattableString.Invariant($"jpg/image_{i + 1:00000}.jpg"), p))]),
            Archives.Mat(2, true, false, ("labels", labels)),
            Archives.Mat(4, true, false, ("trnid", [.. Enumerable.Range(1, 102).Select(i => (double)i)]), ("valid", [103, 104]),
                ("tstid", [204, 105]))));
        ImageDataset data = DatasetReader.Open(Target);
        Assert.Equal((102, 102, 2, 2), (data.Classes.Count, data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(("pink primrose", "blackberry lily", "cyclamen"), (data.Classes[0], data.Classes[101], data.Classes[87]));
        Assert.Equal((101, 2), (data.Test.Label(0), data.Test.Label(1)));
        Assert.Equal(pictures[203], data.Test.Read(0));
    }

    [Fact]
    public async Task Dtd_and_eurosat_and_mnist_are_readable_at_once()
    {
        byte[] Picture(int i) => TestImages.Noise(4, 4, "dtd", i);
        await FetchAsync(Fake("dtd", Archives.TarGz(
            ("dtd/images/banded/a.jpg", Picture(0)), ("dtd/images/dotted/b.jpg", Picture(1)), ("dtd/images/banded/c.jpg", Picture(2)),
            ("dtd/images/dotted/d.jpg", Picture(3)),
            ("dtd/labels/train1.txt", "banded/a.jpg\ndotted/b.jpg\n"u8.ToArray()), ("dtd/labels/val1.txt", "banded/c.jpg\n"u8.ToArray()),
            ("dtd/labels/test1.txt", "dotted/d.jpg\n"u8.ToArray()), ("dtd/labels/test2.txt", "banded/a.jpg\n"u8.ToArray()),
            ("dtd/imdb/imdb.mat", [1]))));
        ImageDataset data = DatasetReader.Open(Target);
        Assert.Equal((2, 1, 1), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(Picture(3), data.Test.Read(0));

        string other = _folder.File("data/eurosat");
        await FetchAsync(Fake("eurosat",
            Archives.Zip([.. Enumerable.Range(0, 20).Select(i => ($"2750/{(i % 2 == 0 ? "River" : "Forest")}/{i}.jpg", Picture(i)))])),
            folder: other);
        Assert.Equal(["Forest", "River"], DatasetReader.Open(other).Classes);

        string digits = _folder.File("data/mnist");
        byte[] images = Gzip([0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 2, 0, 0, 0, 2, .. new byte[120]]);
        byte[] labels = Gzip([0, 0, 8, 1, 0, 0, 0, 30, .. Enumerable.Range(0, 30).Select(i => (byte)(i % 10))]);
        DatasetFetchResult mnist = await FetchAsync(Fake("fashion-mnist", images, labels, images, labels), folder: digits);
        Assert.Equal(("T-shirt/top", 30), (DatasetReader.Open(digits).Classes[0], mnist.Test));
    }

    [Fact]
    public async Task A_cut_and_a_stalled_transfer_are_continued()
    {
        byte[] archive = Cifar10();
        KnownDataset set = Fake("cifar-10", archive);
        _server.Instead = async (context, count) =>
        {
            if (count == 1)
            {
                await HubServer.SendAsync(context, archive, stopAt: 5000, Has);
                return true;
            }

            if (count == 2)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = $"bytes 5000-{archive.Length - 1}/{archive.Length}";
                await context.Response.Body.WriteAsync(archive.AsMemory(5000, 2000));
                await context.Response.Body.FlushAsync();
                await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { });
                return true;
            }

            return await Serve(context, count);
        };
        await FetchAsync(set, o => o with { Download = o.Download with { StallSeconds = 0.3 } });
        Assert.Equal([null, "bytes=5000-", "bytes=7000-"], _server.Requests.Select(r => r.Range));
        Assert.Contains("cut the connection after 5000 of", Lines, StringComparison.Ordinal);
        Assert.Contains("sent nothing for 0.3 s", Lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_failed_call_received_is_continued_by_the_next()
    {
        byte[] archive = Cifar10();
        KnownDataset set = Fake("cifar-10", archive);
        _server.Instead = async (context, _) =>
        {
            await HubServer.SendAsync(context, archive, stopAt: 6000, Has);
            return true;
        };
        await Assert.ThrowsAnyAsync<ReMemException>(() => FetchAsync(set, o => o with { Download = o.Download with { Attempts = 1 } }));
        Assert.False(Directory.Exists(Target));
        _server.Instead = Serve;
        _server.Requests.Clear();
        await FetchAsync(set);
        Assert.Equal("bytes=6000-", Assert.Single(_server.Requests).Range);
    }

    [Fact]
    public async Task Other_content_other_lengths_and_refusals_leave_no_folder()
    {
        byte[] archive = Cifar10(), wrong = [.. archive];
        wrong[^9] ^= 1;
        KnownDataset set = Fake("cifar-10", archive);
        string address = set.Files[0].Addresses[0];
        foreach ((byte[] sent, string expected) in new[] { (wrong, "its SHA-256 is"), ([.. archive, 1], "announces"),
            (archive[..^5], "announces") })
        {
            _files[new Uri(address).AbsolutePath] = sent;
            ReMemException error = await Assert.ThrowsAnyAsync<ReMemException>(() => FetchAsync(set));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.False(error is InputException);
        }

        _files.Clear();
        ReMemException missing = await Assert.ThrowsAnyAsync<ReMemException>(() => FetchAsync(set));
        Assert.Contains("no such file (404)", missing.Message, StringComparison.Ordinal);
        Assert.Contains("--mirror", missing.Remedy!, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public async Task A_mirror_stands_in_for_the_authors_and_a_second_address_for_the_first()
    {
        byte[] archive = Cifar10();
        KnownDataset set = Fake("cifar-10", archive);
        _files.Clear();
        _files["/mirror/cifar-10/cifar-10-binary.tar.gz"] = archive;
        await FetchAsync(set, o => o with { Mirror = new Uri(_server.Address, "mirror/") });
        Assert.Single(_server.Requests);
        InputException error = await Assert.ThrowsAsync<InputException>(() =>
            FetchAsync(set, o => o with { Mirror = new Uri(_server.Address, "empty") }, _folder.File("other")));
        Assert.Contains("Check the mirror", error.Remedy!, StringComparison.Ordinal);

        KnownFile file = set.Files[0];
        set = set with
        {
            Files = [new KnownFile(file.Name, file.Bytes, file.Sha256, file.Addresses[0],
                $"{_server.Address}mirror/cifar-10/cifar-10-binary.tar.gz")],
        };
        await FetchAsync(set, folder: _folder.File("third"));
        Assert.Contains("trying 127.0.0.1", Lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_brought_by_other_means_are_used_offline_once_they_are_right()
    {
        byte[] archive = Cifar10();
        KnownDataset set = Fake("cifar-10", archive);
        DatasetFetchOptions Offline(DatasetFetchOptions o) => o with { Offline = true, Archives = _folder.File("archives") };
        InputException error = await Assert.ThrowsAsync<InputException>(() => FetchAsync(set, Offline));
        Assert.Contains("downloading is switched off", error.Message, StringComparison.Ordinal);
        Assert.Contains(set.Files[0].Addresses[0], error.Remedy!, StringComparison.Ordinal);
        _folder.Add("archives/cifar-10/cifar-10-binary.tar.gz", archive[..^1]);
        Assert.Contains("bytes instead of", (await Assert.ThrowsAsync<InputException>(() => FetchAsync(set, Offline))).Message,
            StringComparison.Ordinal);
        string kept = _folder.Add("archives/cifar-10/cifar-10-binary.tar.gz", archive);
        Assert.Equal(10, (await FetchAsync(set, Offline)).Classes);
        Assert.Empty(_server.Requests);
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public async Task Another_content_of_the_folder_is_not_touched()
    {
        string mine = _folder.Add("data/set/mine.txt", [1]);
        InputException error = await Assert.ThrowsAsync<InputException>(() => FetchAsync(Fake("cifar-10", Cifar10())));
        Assert.Contains("does not hold cifar-10", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(mine));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task An_archive_that_is_not_what_its_name_says_gives_no_folder()
    {
        InputException evil =
            await Assert.ThrowsAsync<InputException>(() => FetchAsync(Fake("cifar-10", Archives.TarGz(("../../evil.bin", [1])))));
        Assert.Contains("leads out", evil.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InputException>(() => FetchAsync(Fake("cifar-10", Archives.TarGz(("x/readme.txt", [1])))));
        await Assert.ThrowsAsync<InputException>(() => FetchAsync(Fake("oxford-pets", Archives.TarGz(("images/a_1.jpg", [1])),
            Archives.TarGz(("annotations/trainval.txt", List1), ("annotations/test.txt", List1)))));
        Assert.False(Directory.Exists(Target));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories),
            f => f.EndsWith("evil.bin", StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_names_and_mirrors_are_reported()
    {
        Assert.Contains("did you mean 'cifar-100'",
            Assert.Throws<InputException>(() => new DatasetFetcher(new DatasetFetchOptions { Name = "cifar100" }).Fetch()).Message,
            StringComparison.Ordinal);
        Assert.Contains("mirror",
            Assert.Throws<InputException>(() => new DatasetFetcher(new DatasetFetchOptions
            {
                Name = "dtd",
                Mirror = new Uri("ftp://x/y"),
            }).Fetch()).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>CIFAR-10 of twenty pictures a file.</summary>
    private static byte[] Cifar10()
    {
        byte[] Batch(int seed)
        {
            byte[] records = HubServer.Noise(20 * 3073, seed);
            for (int i = 0; i < 20; i++)
                records[i * 3073] = (byte)(i % 10);
            return records;
        }

        return Archives.TarGz(
        [
            .. Enumerable.Range(1, 5).Select(i => ($"cifar-10-batches-bin/data_batch_{i}.bin", Batch(i))),
            ("cifar-10-batches-bin/test_batch.bin", Batch(6)),
            ("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n"u8.ToArray()),
        ]);
    }

    /// <summary>A data set of the list with other content, on the test's server.</summary>
    private KnownDataset Fake(string name, params byte[][] contents)
    {
        KnownDataset real = KnownDatasets.Find(name);
        return real with
        {
            Files = [.. real.Files.Select((f, i) =>
            {
                _files[$"/authors/{f.Name}"] = contents[i];
                return new KnownFile(f.Name, contents[i].Length, HubServer.Sha256(contents[i]),
                    $"{_server.Address}authors/{f.Name}") { Into = f.Into, Wanted = f.Wanted };
            })],
        };
    }

    private async Task<DatasetFetchResult> FetchAsync(KnownDataset set, Func<DatasetFetchOptions, DatasetFetchOptions>? with = null,
        string? folder = null)
    {
        var options = new DatasetFetchOptions
        {
            Name = set.Name,
            Folder = folder ?? Target,
            Download = new DownloadOptions { Attempts = 4, BackOffSeconds = 0.01, ResponseSeconds = 60, StallSeconds = 60 },
        };
        return await new DatasetFetcher(with?.Invoke(options) ?? options, _recorder).FetchAsync(set, CancellationToken.None);
    }

    private bool Has(int bytes) => _recorder.Reports.Any(p => p.Bytes == bytes);

    private async Task<bool> Serve(HttpContext context, int count)
    {
        if (!_files.TryGetValue(context.Request.Path.Value!, out byte[]? bytes))
            return await HubServer.Refuse(context, 404);
        await HubServer.SendAsync(context, bytes);
        return true;
    }

    private sealed class Recorder : IProgress<TransferProgress>
    {
        public ConcurrentQueue<TransferProgress> Reports { get; } = [];

        public void Report(TransferProgress value) => Reports.Enqueue(value);
    }
}
