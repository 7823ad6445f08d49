using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using static TorchSharp.torch;

namespace ReMem.Tests.Data;

/// <summary>Batches that hold two views of each image.</summary>
public sealed class BatchLoaderPairsTests
{
    private static readonly ViewOptions Training = ViewOptions.ForTraining(12) with { ColorJitter = 0.3 };

    private static LoaderOptions Options { get; } = new() { BatchSize = 4, Seed = 7, Shuffle = true };

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    public void A_pair_is_another_view_of_the_same_image_and_changes_nothing_else(double mixup)
    {
        MemorySource source = MemorySource.Of(12);
        LoaderOptions options = Options with { MixupAlpha = mixup };
        using var plain = new BatchLoader(source, Training, options).Epoch(1).GetEnumerator();
        using var paired = new BatchLoader(source, Training, options with { Paired = true }).Epoch(1).GetEnumerator();
        using var again = new BatchLoader(source, Training, options with { Paired = true, Threads = 1 }).Epoch(1).GetEnumerator();
        while (plain.MoveNext())
        {
            Assert.True(paired.MoveNext() && again.MoveNext());
            using Batch one = plain.Current, two = paired.Current, three = again.Current;
            Assert.Null(one.PairedImages);
            Assert.Equal(one.Indices, two.Indices);
            Assert.Equal(Bytes(one.Images), Bytes(two.Images));
            Assert.Equal(Bytes(two.PairedImages!), Bytes(three.PairedImages!));
            Assert.NotEqual(Bytes(two.Images), Bytes(two.PairedImages!));
            Assert.Equal(mixup > 0, two.Mix is not null);
            Assert.Equal(Bytes(two.PairedImages!.narrow(0, 1, 2)), Bytes(two.Part(1, 2).PairedImages!));
            if (mixup > 0)
                continue;
            for (int i = 0; i < two.Count; i++)
            {
                RgbImage image = ImageDecoder.Decode(source.Read(two.Indices[i]), "x");
                Assert.Equal(
                    TestImages.Planes(ViewTransform.Apply(image, Training, ViewTransform.Random(7, 1, two.Indices[i] + (1L << 62)))),
                    two.PairedImages![i].contiguous().data<byte>().ToArray());
            }
        }

        static byte[] Bytes(Tensor images) => images.contiguous().data<byte>().ToArray();
    }
}
