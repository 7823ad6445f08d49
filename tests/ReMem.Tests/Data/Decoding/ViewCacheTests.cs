using ReMem.Data.Decoding;

namespace ReMem.Tests.Data.Decoding;

public class ViewCacheTests
{
    [Fact]
    public void A_view_is_made_once_while_it_fits()
    {
        var cache = new ViewCache(25);
        int made = 0;
        byte[] Get(int epoch, int index)
        {
            byte[] planes = new byte[10];
            if (!cache.TryGet(epoch, index, 2, planes))
            {
                made++;
                planes.AsSpan().Fill((byte)((10 * epoch) + index));
                cache.Keep(epoch, index, 2, planes);
            }

            return planes;
        }

        foreach ((int epoch, int index, int makings) in new[] { (0, 1, 1), (0, 1, 1), (1, 1, 2), (1, 1, 2), (0, 1, 2), (2, 1, 3),
            (2, 1, 4) })
        {
            Assert.All(Get(epoch, index), value => Assert.Equal((10 * epoch) + index, value));
            Assert.Equal(makings, made);
        }

        Assert.Equal(20, cache.UsedBytes);
        byte[] other = new byte[5];
        Assert.False(cache.TryGet(0, 1, 1, other));
        cache.Keep(0, 1, 1, [7, 7, 7, 7, 7]);
        Assert.True(cache.TryGet(0, 1, 1, other));
        Assert.All(other, value => Assert.Equal(7, value));
        Assert.Equal(25, cache.UsedBytes);
    }
}
