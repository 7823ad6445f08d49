using ReMem.Data.Sources;

namespace ReMem.Tests.Data;

/// <summary>Encoded images in memory; sample i has label i mod 3 where none are given. Counts how often each is read.</summary>
internal sealed class MemorySource(IReadOnlyList<byte[]> images, IReadOnlyList<int>? labels = null) : IImageSource
{
    private readonly int[] _reads = new int[images.Count];

    public IReadOnlyList<int> Reads => _reads;

    public int Count => images.Count;

    public static MemorySource Of(int count) =>
        new(Enumerable.Range(0, count).Select(i => TestImages.Encode(20 + (i % 5), 16 + (i % 7), i)).ToArray());

    public int Label(int index) => labels?[index] ?? index % 3;

    public string Name(int index) => $"memory/{index}.png";

    public byte[] Read(int index)
    {
        Interlocked.Increment(ref _reads[index]);
        return images[index];
    }
}
