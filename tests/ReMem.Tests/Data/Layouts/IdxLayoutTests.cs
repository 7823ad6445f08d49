using System.Buffers.Binary;
using System.IO.Compression;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class IdxLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "", "", 7)]
    [InlineData("emnist-letters-", ".gz", "", 8)]
    [InlineData("", "", ".gz", 5)]
    public void Grey_images_are_read(string prefix, string imagesEnd, string labelsEnd, int width)
    {
        byte[] pixels = [.. Enumerable.Range(0, 12 * 6 * width).Select(i => (byte)(i * 3))];
        Write($"{prefix}train-images-idx3-ubyte{imagesEnd}", [12, 6, width], pixels);
        Write($"{prefix}train-labels-idx1-ubyte{labelsEnd}", [12], [.. Enumerable.Range(0, 12).Select(i => (byte)(i % 3))]);
        Write($"{prefix}t10k-images-idx3-ubyte{imagesEnd}", [3, 6, width], pixels[..(3 * 6 * width)]);
        Write($"{prefix}t10k-labels-idx1-ubyte{labelsEnd}", [3], [0, 1, 2]);
        _folder.Add("labels.txt", "zero\none\ntwo"u8.ToArray());
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(["zero", "one", "two"], data.Classes);
        Assert.Equal(3, data.Test.Count);
        RgbImage image = ImageDecoder.Decode(data.Test.Read(2), "x");
        Assert.Equal((width, 6), (image.Width, image.Height));
        for (int p = 0; p < 6 * width; p++)
            Assert.Equal(((byte)(((12 * width) + p) * 3), (byte)(((12 * width) + p) * 3)),
                (image.Pixels[3 * p], image.Pixels[(3 * p) + 2]));
    }

    [Fact]
    public void Colour_images_are_read()
    {
        byte[] pixels = [.. Enumerable.Range(0, 12 * 2 * 3 * 3).Select(i => (byte)(i * 5))];
        Write("train-images-idx4-ubyte", [12, 2, 3, 3], pixels);
        Write("train-labels-idx1-ubyte", [12], [.. Enumerable.Range(0, 12).Select(i => (byte)(i % 2))]);
        ImageDataset data = DatasetReader.Open("idx:" + _folder.Path);
        int first = int.Parse(data.Train.Name(0)[^1..], null);
        Assert.Equal(pixels.AsSpan(first * 18, 18).ToArray(), ImageDecoder.Decode(data.Train.Read(0), "x").Pixels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damaged_files_are_named(bool packed)
    {
        string end = packed ? ".gz" : "";
        Write("train-labels-idx1-ubyte", [4], [0, 1, 0, 1]);
        Write("train-images-idx3-ubyte" + end, [4, 2, 2], new byte[15]);
        AssertBad(packed ? "is cut short or damaged" : "");
        Write("train-images-idx3-ubyte" + end, [4, 2, 2], new byte[17]);
        AssertBad("continues after the shape [4, 2, 2]");
        Write("train-images-idx3-ubyte" + end, [2_000_000_000, 100, 100], new byte[17]);
        AssertBad("claims the shape [2000000000, 100, 100]");
        Write("train-images-idx3-ubyte" + end, [5, 2, 2], new byte[20]);
        AssertBad("has 4 labels for 5 images");
        Write("train-images-idx3-ubyte" + end, [4, 4], new byte[16]);
        AssertBad("has the shape [4, 4]");
        File.WriteAllBytes(_folder.File("train-images-idx3-ubyte" + end), packed ? [1, 2, 3] : [0, 0, 13, 3, 0, 0]);
        AssertBad(packed ? "is cut short or damaged" : "is not an IDX file");
        File.Delete(_folder.File("train-labels-idx1-ubyte"));
        AssertBad("has no labels next to it");
    }

    [Fact]
    public void Two_sets_in_a_folder_are_refused()
    {
        Write("emnist-letters-train-images-idx3-ubyte", [4, 2, 2], new byte[16]);
        Write("emnist-digits-train-images-idx3-ubyte", [4, 2, 2], new byte[16]);
        AssertBad("are both the train split");
    }

    private void Write(string name, int[] shape, byte[] data)
    {
        using var stream = new MemoryStream();
        using (Stream content = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)
            : stream)
        {
            content.Write([0, 0, 8, (byte)shape.Length]);
            Span<byte> number = stackalloc byte[4];
            foreach (int side in shape)
            {
                BinaryPrimitives.WriteInt32BigEndian(number, side);
                content.Write(number);
            }

            content.Write(data);
        }

        _folder.Add(name, stream.ToArray());
    }

    private void AssertBad(string message)
    {
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.Path));
        Assert.Contains(message, error.Message);
        Assert.NotNull(error.Remedy);
    }
}
