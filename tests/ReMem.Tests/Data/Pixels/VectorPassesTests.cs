using ReMem.Data.Pixels;

namespace ReMem.Tests.Data.Pixels;

public sealed class VectorPassesTests
{
    [Fact]
    public void Both_passes_are_portable_passes_to_the_bit()
    {
        Assert.SkipUnless(VectorPasses.IsSupported, "this processor has no AVX2");
        var random = new Random(5);
        var scratch = ViewScratch.Take();
        foreach (Interpolation interpolation in Enum.GetValues<Interpolation>())
        {
            for (int round = 0; round < 60; round++)
            {
                int width = random.Next(1, 70), height = random.Next(1, 40), outWidth = random.Next(1, 90), outHeight = random.Next(1, 50);
                bool mirrored = round % 2 == 0;
                // Extremes, so that both ends are clipped. The array ends with the last pixel: nothing may be read after it.
                byte[] pixels = [.. Enumerable.Range(0, width * height * 3).Select(_ => (byte)(random.Next(2) * 255))];
                string what = $"{interpolation}, {width} x {height} to {outWidth} x {outHeight}, mirrored {mirrored}";
                scratch.Columns.Fill(width, outWidth, 0, outWidth, interpolation, mirrored);
                int pitch = (outWidth * 3) + 16;
                byte[] expected = new byte[pitch * height], actual = new byte[pitch * height];
                PortablePasses.Horizontal(pixels, width * 3, height, scratch.Columns, expected, pitch);
                VectorPasses.Horizontal(pixels, width * 3, height, scratch.Columns, actual, pitch, scratch);
                for (int y = 0; y < height; y++)
                    Assert.True(expected.AsSpan(y * pitch, outWidth * 3).SequenceEqual(actual.AsSpan(y * pitch, outWidth * 3)),
                        $"{what}, row {y}");

                int rowBytes = width * 3;
                if (rowBytes < VectorPasses.MinRowBytes)
                    continue;
                scratch.Rows.Fill(height, outHeight, 0, outHeight, interpolation);
                expected = new byte[rowBytes * outHeight];
                actual = new byte[rowBytes * outHeight];
                ReadOnlySpan<byte> from = pixels.AsSpan(scratch.Rows.First * rowBytes);
                PortablePasses.Vertical(from, rowBytes, scratch.Rows, expected, rowBytes);
                VectorPasses.Vertical(from, rowBytes, scratch.Rows, actual, rowBytes);
                Assert.True(expected.AsSpan().SequenceEqual(actual), what);
            }
        }

        scratch.GiveBack();
    }

    [Fact]
    public void Too_small_targets_are_refused_before_anything_is_written()
    {
        Assert.SkipUnless(VectorPasses.IsSupported, "this processor has no AVX2");
        var scratch = ViewScratch.Take();
        scratch.Columns.Fill(40, 20, 0, 20, Interpolation.Bicubic);
        scratch.Rows.Fill(4, 2, 0, 2, Interpolation.Bicubic);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            VectorPasses.Horizontal(new byte[480], 120, 4, scratch.Columns, new byte[303], 76, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorPasses.Vertical(new byte[480], 120, scratch.Rows, new byte[239], 120));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorPasses.Vertical(new byte[300], 120, scratch.Rows, new byte[240], 120));
        scratch.GiveBack();
    }
}
