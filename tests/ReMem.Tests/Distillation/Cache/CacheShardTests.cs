using ReMem.Distillation.Cache;

namespace ReMem.Tests.Distillation.Cache;

public sealed class CacheShardTests : IDisposable
{
    private static readonly ShardDescription Here = new(new string('a', 64), 2, 3, 4, 6);
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _rows = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];

    private string File => _folder.File("shard.bin");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_back()
    {
        CacheShard.Write(File, Here, _rows);
        using CacheShard shard = CacheShard.Open(File, Here, check: true);
        Assert.Equal(_rows[12..18], shard.Row(2).ToArray());
        Assert.Throws<InputException>(() => shard.Row(4).ToArray());
        Assert.Equal(CacheShard.HeaderBytes + 24, new FileInfo(File).Length);
    }

    [Theory]
    [InlineData(-1, "its checksum does not match its bytes")]
    [InlineData(70, "its checksum does not match its bytes")]
    [InlineData(3, "it is not a shard")]
    public void A_changed_byte_is_found(int at, string why)
    {
        CacheShard.Write(File, Here, _rows);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        IsRefused(Here, $"The teacher cache's shard is damaged: {why}");
    }

    [Theory]
    [InlineData(95, "it is cut short")]
    [InlineData(20, "it is cut short")]
    [InlineData(0, "it is empty")]
    public void A_cut_file_is_found(int length, string why)
    {
        CacheShard.Write(File, Here, _rows);
        using (FileStream stream = System.IO.File.OpenWrite(File))
            stream.SetLength(length);
        IsRefused(Here, why);
    }

    [Fact]
    public void Another_caches_shard_is_distinguished_from_a_damaged_one()
    {
        CacheShard.Write(File, Here, _rows);
        foreach (ShardDescription other in new[] { Here with { Cache = new string('b', 64) }, Here with { View = 1 },
            Here with { Shard = 0 } })
            IsRefused(other, "was written for another teacher cache, or another position in it");
    }

    private void IsRefused(ShardDescription expected, string message)
    {
        InputException error = Assert.Throws<InputException>(() => CacheShard.Open(File, expected, check: true));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(File, error.Where);
    }
}
