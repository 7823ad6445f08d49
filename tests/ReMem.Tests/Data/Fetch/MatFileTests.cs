using ReMem.Data.Fetch;

namespace ReMem.Tests.Data.Fetch;

public sealed class MatFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(2, true, false)]
    [InlineData(2, false, true)]
    [InlineData(3, false, false)]
    [InlineData(4, true, true)]
    [InlineData(5, false, true)]
    [InlineData(6, true, false)]
    [InlineData(7, false, true)]
    [InlineData(9, true, false)]
    [InlineData(9, false, true)]
    [InlineData(12, true, true)]
    [InlineData(13, false, false)]
    public void Every_kind_of_number_in_either_byte_order_is_read(int type, bool compressed, bool big)
    {
        double[] labels = [1, 77, 3, 102, 5], ids = [9];
        string file = _folder.Add("x.mat", Archives.Mat(type, compressed, big, ("labels", labels), ("id", ids)));
        IReadOnlyDictionary<string, double[]> arrays = MatFile.Read(file);
        Assert.Equal(["id", "labels"], arrays.Keys.Order());
        Assert.Equal(labels, arrays["labels"]);
        Assert.Equal(ids, arrays["id"]);
    }

    [Fact]
    public void Other_files_and_cut_ones_are_reported()
    {
        Assert.Contains(
            "not a MATLAB 5 file", Assert.Throws<InputException>(() => MatFile.Read(_folder.Add("a.mat", "hello"u8.ToArray()))).Message);
        foreach (bool compressed in new[] { false, true })
        {
            byte[] whole = Archives.Mat(9, compressed, false, ("labels", [.. Enumerable.Range(0, 500).Select(i => Math.Sqrt(i))]));
            foreach (int length in new[] { 129, 140, 160, 200, whole.Length / 2, whole.Length - 9 })
            {
                string file = _folder.Add("cut.mat", whole[..Math.Min(length, whole.Length - 1)]);
                if (length < 136)
                    Assert.Empty(MatFile.Read(file));
                else
                    Assert.Contains("cut short or damaged", Assert.Throws<InputException>(() => MatFile.Read(file)).Message);
            }
        }
    }

    [Fact]
    public void A_bomb_in_an_array_is_refused()
    {
        byte[] bomb = Archives.Mat(2, true, false, ("zeros", new double[6 << 20]));
        Assert.True(bomb.Length < 1 << 17);
        Assert.Contains("damaged", Assert.Throws<InputException>(() => MatFile.Read(_folder.Add("b.mat", bomb))).Message);
    }

    public void Dispose() => _folder.Dispose();
}
