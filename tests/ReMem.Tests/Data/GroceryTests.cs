using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;

namespace ReMem.Tests.Data;

/// <summary>The real, imbalanced data set, where it is at hand.</summary>
public sealed class GroceryTests
{
    [Fact]
    public void Grocery_is_read_checked_and_batched()
    {
        ImageDataset data = DatasetReader.Open(Assets.Path("grocery"));
        Assert.Equal(81, data.Classes.Count);
        Assert.Equal((2640, 296, 2485), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Contains(data.Warnings, w => w.Contains("of 81 classes have no image in the val split", StringComparison.Ordinal));

        var cache = new DecodedImageCache();
        PreflightResult checks = Preflight.Check(data, cache: cache, viewSize: 96);
        Assert.Empty(checks.BadImages);
        Assert.Equal(160, checks.SmallestSide);
        Assert.Equal(81, checks.Counts.Count);
        var loader = new BatchLoader(checks.Dataset.Train, ViewOptions.ForTraining(96), new LoaderOptions { Shuffle = true }, cache);
        Assert.Equal(42, loader.BatchesPerEpoch);
        using Batch batch = loader.Epoch(0).First();
        Assert.Equal([64, 3, 96, 96], batch.Images.shape);
    }
}
