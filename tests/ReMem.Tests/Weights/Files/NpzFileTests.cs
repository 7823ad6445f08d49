using System.IO.Compression;
using System.Text;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class NpzFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("stored.npz")]
    [InlineData("compressed.npz")]
    public void NumPys_arrays_are_read_in_both_orders_packed_or_not(string name)
    {
        using WeightsFile file = WeightsFile.Open(Fixtures.PathOf(name));
        Assert.Equal(["bfloat16", "block/fortran", "block/kernel", "half", "step"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2, 2, 3], file.Read("block/kernel").shape);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (double)i), Fixtures.Values(file.Read("block/kernel")));
        Assert.Equal([2, 3], file.Read("block/fortran").shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], Fixtures.Values(file.Read("block/fortran")));
        Assert.Equal([1.5, -2], Fixtures.Values(file.Read("half")));
        Assert.Equal([1.5, -2], Fixtures.Values(file.Read("bfloat16")));
        Assert.Equal(ScalarType.BFloat16, file.Tensors["bfloat16"].Type);
        Assert.Equal(5, file.Read("step").item<long>());
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, "needs 8 bytes, but has 7")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }", 8, "invalid shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8, "invalid shape")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "type '<c8'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 8, "header that is not NumPy's")]
    [InlineData("__import__('os').system('x')", 8, "header that is not NumPy's")]
    public void A_header_that_lies_is_refused(string header, int bytes, string text)
    {
        string path = _folder.File("a.npz");
        byte[] npy = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header), .. new byte[bytes]];
        PickleWriter.WriteZip(path, [("a.npy", npy)]);
        Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        PickleWriter.WriteZip(path, [("a.npy", npy)], CompressionLevel.Optimal);
        Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Big_endian_arrays_and_those_without_header_are_refused()
    {
        Assert.Contains("big-endian", Assert.Throws<InputException>(() => WeightsFile.Open(Fixtures.PathOf("big-endian.npz"))).Message,
            StringComparison.Ordinal);
        PickleWriter.WriteZip(_folder.File("a.npz"), [("a.npy", "\u0093NUMPY"u8.ToArray())]);
        Assert.Contains("no NumPy header", Assert.Throws<InputException>(() => WeightsFile.Open(_folder.File("a.npz"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_zeros_is_refused_before_it_is_unpacked()
    {
        string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (80000000,), }";
        PickleWriter.WriteZip(
            _folder.File("bomb.npz"), [("a.npy",
                [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header), .. new byte[80_000_000]])],
                CompressionLevel.Fastest);
        Assert.Contains("need 80000000 bytes", Assert.Throws<InputException>(() => WeightsFile.Open(_folder.File("bomb.npz"))).Message,
            StringComparison.Ordinal);
    }
}
