using ReMem.Models;
using TorchSharp;

namespace ReMem.Tests.Models;

public class ModelStatisticsTests
{
    /// <summary>Written out by hand: 64 patches, 65 tokens, 6 blocks of width 128.</summary>
    [Fact]
    public void A_ViT_is_counted_with_its_attention_products()
    {
        using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 10 });
        long block = (65L * 12 * 128 * 128) + (2L * 65 * 65 * 128);
        Assert.Equal((64L * 48 * 128) + (6 * block) + (128 * 10), ModelStatistics.Of(model).Macs);
    }

    /// <summary>Published: 1.82 G (resnet18), 0.06 G (mobilenetv3_small_100), 1.26 G (deit_tiny), of 11.69, 2.54 and 5.72 M parameters.</summary>
    [Theory]
    [InlineData("resnet18", 1.82e9, 11_689_512)]
    [InlineData("mobilenetv3_small_100", 0.057e9, 2_542_856)]
    [InlineData("deit_tiny_patch16_224", 1.26e9, 5_717_416)]
    public void Counts_are_the_published_ones(string name, double macs, long parameters)
    {
        using ImageModel model = ModelCatalogue.Create(name);
        ModelStatistics statistics = ModelStatistics.Of(model);
        Assert.Equal(parameters, statistics.Parameters);
        Assert.InRange(statistics.Macs / macs, 0.98, 1.02);
    }

    [Fact]
    public void Counting_leaves_mode_statistics_and_tensors_alone()
    {
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 10 });
        model.train();
        ModelStatistics first = ModelStatistics.Of(model);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Equal(first, ModelStatistics.Of(model));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(model.training);
        Assert.Equal(0, model.state_dict()["bn1.num_batches_tracked"].item<long>());
    }
}
