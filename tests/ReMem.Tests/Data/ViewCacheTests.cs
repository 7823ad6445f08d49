using ReMem.Data;

namespace ReMem.Tests.Data;

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
            cache.Get(epoch, index, 2, planes, p =>
            {
                made++;
                p.Fill((byte)((10 * epoch) + index));
            });
            return planes;
        }

        foreach ((int epoch, int index, int makings) in new[] { (0, 1, 1), (0, 1, 1), (1, 1, 2), (1, 1, 2), (0, 1, 2), (2, 1, 3), (2, 1, 4) })
        {
            Assert.All(Get(epoch, index), value => Assert.Equal((10 * epoch) + index, value));
            Assert.Equal(makings, made);
        }

        Assert.Equal(20, cache.UsedBytes);
        byte[] other = new byte[5];
        cache.Get(0, 1, 1, other, p => p.Fill(7));
        Assert.All(other, value => Assert.Equal(7, value));
        Assert.Equal(25, cache.UsedBytes);
    }
}
