using System.Collections;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Tests.Data.Checks;
using SkiaSharp;

namespace ReMem.Tests.Data.Sources;

public sealed class EncodedSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lent_bytes_are_those_that_are_read()
    {
        string file = _folder.Add("two", [1, 2, 3, 4, 5]);
        var stamp = FileStamp.Of(file);
        FilePart Part(int i) => new(stamp, 2 * i, 2);
        EncodedSource parts = Source(["a", "b"], i => Part(i).Read(), Part), whole = Source(["a", "b"], i => [7, 8, 9]);
        using (EncodedBytes second = parts.Lend(1))
        {
            Assert.True(second.IsRented);
            Assert.Equal([3, 4], second.Array.AsSpan(0, second.Length).ToArray());
        }

        Assert.Equal(parts.Read(0), parts.Lend(0).Array.AsSpan(0, 2).ToArray());
        using EncodedBytes all = whole.Lend(0);
        Assert.Equal((3, false), (all.Length, all.IsRented));
    }

    [Fact]
    public void What_cannot_be_lent_is_named_as_what_cannot_be_read()
    {
        string file = _folder.Add("a.png", [1, 2, 3]);
        EncodedSource source = Source([file], _ => FilePart.Of(file).Read(), _ => FilePart.Of(file));
        var stamp = FileStamp.Of(file);
        EncodedSource stale = Source([file], _ => stamp.Read(), _ => new FilePart(stamp, 0, 3));
        File.WriteAllBytes(file, [1, 2, 3, 4]);
        Assert.Contains("changed while it was read", Assert.Throws<InputException>(() => stale.Lend(0)).Message);
        File.Delete(file);
        Assert.Equal(Assert.Throws<InputException>(() => source.Read(0)).Message,
            Assert.Throws<InputException>(() => source.Lend(0)).Message);

        // A file of any size is refused before memory is taken for it.
        using (FileStream large = File.Create(file))
            large.SetLength(EncodedSource.MaxBytes + 1L);
        Assert.Contains("more than 256 MiB", Assert.Throws<InputException>(() => source.Lend(0)).Message);
    }

    /// <summary>
    /// Neither the file's bytes nor its pixels, nor the view's, are allocated again for an image that is read from disk in every epoch.
    /// </summary>
    [Fact]
    public void Steady_reading_allocates_nothing_of_an_images_size()
    {
        byte[] photo = NearDuplicatesTests.Encoded(NearDuplicatesTests.Photo(1, 640, 480), SKEncodedImageFormat.Jpeg, 95);
        Assert.True(photo.Length > 20_000);
        var names = new Watched([.. Enumerable.Range(0, 24).Select(i => _folder.Add($"{i}.jpg", photo))]);
        EncodedSource source = new(names, new int[24], names, i => FilePart.Of(names.Files[i]).Read(), i => FilePart.Of(names.Files[i]));
        var loader = new BatchLoader(source, ViewOptions.ForTraining(64), new LoaderOptions { BatchSize = 8, Threads = 1, CacheBytes = 0 });
        for (int epoch = 0; epoch < 3; epoch++)
        {
            names.Seen.Clear();
            foreach (Batch batch in loader.Epoch(epoch))
                batch.Dispose();
        }

        Assert.InRange((names.Seen[^1] - names.Seen[7]) / (names.Seen.Count - 8), 0, 6000);
    }

    private static EncodedSource Source(string[] names, Func<int, byte[]> read, Func<int, FilePart>? parts = null) =>
        new(names, new int[names.Length], names, read, parts);

    /// <summary>Notes how much its thread has allocated whenever a name is asked for, as it is for each image that is decoded.</summary>
    private sealed class Watched(string[] files) : IReadOnlyList<string>
    {
        public string[] Files => files;

        public List<long> Seen { get; } = [];

        public int Count => files.Length;

        public string this[int index]
        {
            get
            {
                Seen.Add(GC.GetAllocatedBytesForCurrentThread());
                return files[index];
            }
        }

        public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)files).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => files.GetEnumerator();
    }
}
