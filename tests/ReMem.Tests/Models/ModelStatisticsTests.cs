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

    /// <summary>Millions of parameters at 1000 classes and of multiply-accumulates at the default size, as timm's result tables and model cards have them.</summary>
    [Theory]
    [InlineData("resnet34", 21.80, 3670)]
    [InlineData("resnet50", 25.56, 4110)]
    [InlineData("mobilenetv2_100", 3.50, 310)]
    [InlineData("mobilenetv3_large_100", 5.48, 220)]
    [InlineData("mobilenetv4_conv_small", 3.77, 190)]
    [InlineData("mobilenetv4_conv_medium", 9.72, 1100)]
    [InlineData("efficientnet_b0", 5.29, 400)]
    [InlineData("tf_efficientnetv2_s", 21.46, 5350)]
    [InlineData("convnext_atto", 3.70, 550)]
    [InlineData("convnext_femto", 5.22, 790)]
    [InlineData("convnext_pico", 9.05, 1370)]
    [InlineData("convnext_tiny", 28.59, 4470)]
    public void Students_are_as_large_as_published(string name, double parameters, double macs)
    {
        using ImageModel model = ModelCatalogue.Create(name);
        ModelStatistics statistics = ModelStatistics.Of(model);
        Assert.Equal(parameters, Math.Round(statistics.Parameters / 1e6, 2));
        Assert.InRange(statistics.Macs / 1e6, macs * 0.96, macs * 1.04);
    }

    /// <summary>
    /// He 2016 counts 0.27, 0.46, 0.66, 0.85 and 1.7 M without convolutions in shortcuts (269,722, 464,154, 658,586, 853,018, 1,727,962); the two of
    /// them have 512 + 64 and 2048 + 128 more.
    /// </summary>
    [Theory]
    [InlineData("resnet20", 269_722, 40.8e6)]
    [InlineData("resnet32", 464_154, 69.1e6)]
    [InlineData("resnet44", 658_586, 97.4e6)]
    [InlineData("resnet56", 853_018, 125.7e6)]
    [InlineData("resnet110", 1_727_962, 253.1e6)]
    public void CIFAR_networks_are_as_large_as_published(string name, long parameters, double macs)
    {
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10 });
        ModelStatistics statistics = ModelStatistics.Of(model);
        Assert.Equal(parameters + 2752, statistics.Parameters);
        Assert.InRange(statistics.Macs / macs, 0.995, 1.005);
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
