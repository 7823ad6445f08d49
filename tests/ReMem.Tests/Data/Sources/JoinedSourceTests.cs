using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public class JoinedSourceTests
{
    [Fact]
    public void The_samples_of_each_part_follow_those_of_the_one_before()
    {
        var first = new MemorySource([TestImages.Encode(4, 4, 0), TestImages.Encode(5, 4, 1)]);
        var second = new MemorySource([TestImages.Encode(6, 4, 2)], [2]);
        var joined = new JoinedSource(first, new Subset(first, []), second);
        Assert.Equal(3, joined.Count);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(joined.Label));
        Assert.Equal(second.Name(0), joined.Name(2));
        Assert.Equal(second.Read(0), joined.Read(2));
        Assert.Equal((second, 0), joined.Owner(2));
        Assert.ThrowsAny<Exception>(() => joined.Label(3));
    }

    [Fact]
    public void Decoded_images_are_shared_with_the_parts()
    {
        var part = new MemorySource([TestImages.Encode(4, 4, 0), TestImages.Encode(5, 4, 1)]);
        var cache = new DecodedImageCache();
        cache.Get(part, 1);
        long before = cache.UsedBytes;
        Assert.Equal(5, cache.Get(new Subset(new JoinedSource(part, part), [1, 3]), 1).Width);
        Assert.Equal(before, cache.UsedBytes);
    }
}
