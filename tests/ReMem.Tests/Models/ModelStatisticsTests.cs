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

    /// <summary>Published, in millions with 1000 classes; checkpoints without a classifier are listed without its weights.</summary>
    [Theory]
    [InlineData("vit_base_patch8_224", 86.58)]
    [InlineData("vit_large_patch16_224", 304.33)]
    [InlineData("vit_huge_patch14_224", 632.05)]
    [InlineData("vit_giant_patch14_224", 1012.61)]
    [InlineData("vit_gigantic_patch14_224", 1844.44)]
    [InlineData("deit_base_distilled_patch16_224", 87.34)]
    [InlineData("deit3_medium_patch16_224", 38.85)]
    [InlineData("deit3_large_patch16_224", 304.37)]
    [InlineData("deit3_huge_patch14_224", 632.13)]
    [InlineData("vit_medium_patch16_gap_256", 38.86)]
    [InlineData("vit_wee_patch16_reg1_gap_256", 13.42)]
    [InlineData("vit_little_patch16_reg4_gap_256", 22.52)]
    [InlineData("vit_mediumd_patch16_reg4_gap_256", 64.11)]
    [InlineData("vit_betwixt_patch16_reg4_gap_256", 60.40)]
    [InlineData("vit_base_patch14_dinov2", 86.58, 768)]
    [InlineData("vit_large_patch14_dinov2", 304.37, 1024)]
    [InlineData("vit_giant_patch14_dinov2", 1136.48, 1536)]
    [InlineData("vit_small_plus_patch16_dinov3", 28.68, 384)]
    [InlineData("vit_base_patch16_dinov3", 85.64, 768)]
    [InlineData("vit_large_patch16_dinov3", 303.08, 1024)]
    [InlineData("vit_huge_plus_patch16_dinov3", 840.51, 1280)]
    [InlineData("vit_huge_patch14_clip_224", 632.05)]
    [InlineData("vit_so400m_patch14_siglip_224", 427.68, 1152)]
    [InlineData("vit_so400m_patch14_siglip_378", 429.38)]
    [InlineData("eva02_small_patch14_336", 22.13)]
    [InlineData("eva02_base_patch14_448", 87.12)]
    [InlineData("eva02_large_patch14_448", 305.08)]
    [InlineData("beitv2_large_patch16_224", 304.43)]
    public void Transformers_have_the_published_sizes(string name, double millions, int widthOfMissingHead = 0)
    {
        long parameters = ModelStatistics.Of(name).Parameters - (widthOfMissingHead == 0 ? 0 : (1000L * widthOfMissingHead) + 1000);
        Assert.Equal(millions, Math.Round(parameters / 1e6, 2));
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
