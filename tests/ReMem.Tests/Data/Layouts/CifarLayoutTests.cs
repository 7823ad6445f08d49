using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class CifarLayoutTests : IDisposable
{
    private const int Pixels = 3072;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CIFAR100_has_fine_and_coarse_labels()
    {
        _folder.Add("train.bin", Records(12, i => [(byte)(i % 2), (byte)(i % 3)]));
        _folder.Add("test.bin", Records(3, i => [(byte)(i % 2), (byte)(i % 3)]));
        _folder.Add("fine_label_names.txt", "rose\noak\ncarp\n"u8.ToArray());
        _folder.Add("coarse_label_names.txt", "plants\nfish\n"u8.ToArray());
        ImageDataset fine = DatasetReader.Open(_folder.Path);
        Assert.Equal(["rose", "oak", "carp"], fine.Classes);
        Assert.Equal((9, 3, 3), (fine.Train.Count, fine.Validation.Count, fine.Test.Count));
        Assert.EndsWith("test.bin record 2", fine.Test.Name(2));
        ImageDataset coarse = DatasetReader.Open($"cifar100:{_folder.Path}?label=coarse");
        Assert.Equal(["plants", "fish"], coarse.Classes);
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(coarse.Test.Label));

        RgbImage image = ImageDecoder.Decode(coarse.Test.Read(1), "x");
        Assert.Equal((32, 32), (image.Width, image.Height));
        for (int p = 0; p < 1024; p++)
        {
            for (int c = 0; c < 3; c++)
                Assert.Equal(Pixel(1, (c * 1024) + p), image.Pixels[(3 * p) + c]);
        }

        Assert.Contains("did you mean 'coarse'",
            Assert.Throws<InputException>(() => DatasetReader.Open($"cifar100:{_folder.Path}?label=course")).Message);
    }

    [Fact]
    public void CIFAR10_has_several_batches()
    {
        for (int b = 1; b <= 3; b++)
            _folder.Add($"data_batch_{b}.bin", Records(4, i => [(byte)(i % 2)]));
        _folder.Add("test_batch.bin", Records(2, i => [(byte)i]));
        _folder.Add("batches.meta.txt", "plane\ncar\n\n"u8.ToArray());
        ImageDataset data = DatasetReader.Open("cifar10:" + _folder.Path, new DatasetOptions { ValFraction = 0.2 });
        Assert.Equal(["plane", "car"], data.Classes);
        Assert.Equal((10, 2, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Fact]
    public void Damaged_files_are_named()
    {
        _folder.Add("fine_label_names.txt", "rose\noak\n"u8.ToArray());
        string train = _folder.Add("train.bin", Records(4, i => [0, (byte)(i % 2)])[..^1]);
        AssertBad("which is not a multiple of 3074");
        _folder.Add("train.bin", []);
        AssertBad("has 0 bytes");
        _folder.Add("train.bin", Records(4, i => [0, (byte)i]));
        AssertBad($"'{train}' record 2 has label 2, but there are 2 class names");
        File.Delete(_folder.File("fine_label_names.txt"));
        Assert.Contains("has no 'fine_label_names.txt'",
            Assert.Throws<InputException>(() => DatasetReader.Open("cifar100:" + _folder.Path)).Message);
    }

    [Fact]
    public void Real_files_are_read()
    {
        ImageDataset data = DatasetReader.Open(Assets.Path("cifar-100-binary"));
        Assert.Equal((100, 2000), (data.Classes.Count, data.Test.Count));
        Assert.Equal(5000, data.Train.Count + data.Validation.Count);
        Assert.Equal(20, DatasetReader.Open($"cifar100:{Assets.Path("cifar-100-binary")}?label=coarse").Classes.Count);
    }

    private static byte Pixel(int record, int at) => (byte)((record * 31) + (at * 7) + (at / 1024));

    private static byte[] Records(int count, Func<int, byte[]> labels) =>
        [.. Enumerable.Range(0, count).SelectMany(i => labels(i).Concat(Enumerable.Range(0, Pixels).Select(at => Pixel(i, at))))];

    private void AssertBad(string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => DatasetReader.Open(_folder.Path)).Message);
}
