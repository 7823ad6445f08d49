using ReMem.Models;
using ReMem.Models.Layers;
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

    /// <summary>
    /// Published: 1.82 G (resnet18), 0.06 G (mobilenetv3_small_100), 1.26 G (deit_tiny), of 11.69, 2.54 and 5.72 M parameters.
    /// </summary>
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

    /// <summary>
    /// Millions of parameters at 1000 classes and of multiply-accumulates at the default size,
    /// as timm's result tables and model cards have them.
    /// </summary>
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
    /// He 2016 counts 0.27, 0.46, 0.66, 0.85 and 1.7 M without convolutions in shortcuts (269,722, 464,154, 658,586, 853,018, 1,727,962);
    /// the two of them have 512 + 64 and 2048 + 128 more.
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

    /// <summary>What a forward pass with a hook on every layer counted, before sizes were taken from shapes.</summary>
    [Theory]
    [InlineData("vit_tiny_patch16_224", 5_717_416, 1_253_683_200)]
    [InlineData("vit_small_patch16_224", 22_050_664, 4_598_882_304)]
    [InlineData("deit_tiny_patch16_224", 5_717_416, 1_253_683_200)]
    [InlineData("deit_tiny_distilled_patch16_224", 5_910_800, 1_261_003_776)]
    [InlineData("deit3_huge_patch14_224", 632_126_440, 167_295_109_120)]
    [InlineData("vit_giant_patch14_dinov2", 1_138_016_232, 1_783_344_494_592)]
    [InlineData("vit_huge_plus_patch16_dinov3", 841_790_440, 224_776_079_360)]
    [InlineData("vit_base_patch16_clip_quickgelu_224", 86_568_424, 17_563_828_224)]
    [InlineData("vit_so400m_patch14_siglip_378", 429_378_600, 335_174_376_960)]
    [InlineData("eva02_base_patch14_448", 87_117_544, 106_886_332_416)]
    [InlineData("beitv2_large_patch16_224", 304_430_568, 61_554_712_576)]
    [InlineData("vit_pico_patch4_32", 1_333_608, 83_687_936)]
    [InlineData("resnet18", 11_689_512, 1_814_073_344)]
    [InlineData("resnet34", 21_797_672, 3_663_761_408)]
    [InlineData("resnet50", 25_557_032, 4_089_184_256)]
    [InlineData("resnet20", 336_824, 40_876_544)]
    [InlineData("resnet32", 531_256, 69_188_096)]
    [InlineData("resnet44", 725_688, 97_499_648)]
    [InlineData("resnet56", 920_120, 125_811_200)]
    [InlineData("resnet110", 1_795_064, 253_213_184)]
    [InlineData("mobilenetv2_100", 3_504_872, 300_774_272)]
    [InlineData("mobilenetv3_small_100", 2_542_856, 56_510_400)]
    [InlineData("mobilenetv3_large_100", 5_483_032, 216_589_760)]
    [InlineData("mobilenetv4_conv_small", 3_774_024, 186_005_568)]
    [InlineData("mobilenetv4_conv_medium", 9_715_512, 1_080_244_224)]
    [InlineData("efficientnet_b0", 5_288_548, 385_814_752)]
    [InlineData("tf_efficientnetv2_s", 21_458_488, 5_307_561_248)]
    [InlineData("convnext_atto", 3_695_520, 547_332_480)]
    [InlineData("convnext_femto", 5_217_784, 779_629_824)]
    [InlineData("convnext_pico", 9_045_672, 1_367_055_360)]
    [InlineData("convnext_tiny", 28_589_128, 4_455_531_264)]
    public void The_figures_are_those_that_a_forward_pass_counted(string name, long parameters, long macs) =>
        Assert.Equal(new ModelStatistics(parameters, macs), ModelStatistics.Of(name));

    /// <summary>An image size that no stride divides, and other classes.</summary>
    public static TheoryData<string, int> Students
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (ModelInfo info in ModelCatalogue.All.Where(m => ModelCatalogue.ShapeOf(m.Name) is null))
            {
                data.Add(info.Name, info.ImageSize);
                data.Add(info.Name, 75);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Students))]
    public void A_convolutional_model_is_as_large_as_its_layers(string name, int size)
    {
        var options = new ModelOptions { NumClasses = 7, ImageSize = size };
        using ImageModel model = ModelCatalogue.Create(name, options);
        ModelStatistics expected = MeasuredStatistics.Of(model);
        Assert.Equal(expected, ModelCatalogue.Count(name, options));
        Assert.Equal(expected, ModelStatistics.Of(model));
    }

    /// <summary>
    /// Every transformer of the catalogue in its own width, but of one block on 3 x 3 patches: blocks and patches are alike.
    /// </summary>
    [Fact]
    public void A_transformer_is_as_large_as_its_layers()
    {
        var seen = new HashSet<TransformerShape>();
        foreach (ModelInfo info in ModelCatalogue.All)
        {
            if (ModelCatalogue.ShapeOf(info.Name) is not { } shape || !seen.Add(shape with { Depth = 1 }))
                continue;
            int size = 3 * shape.PatchSize;
            using TransformerModel model = (shape with { Depth = 1 }).Build(info, new ModelOptions { NumClasses = 7, ImageSize = size });
            ModelStatistics expected = MeasuredStatistics.Of(model), counted = TransformerStatistics.Of(model.Shape, size, 7);
            Assert.True(expected == counted, $"{info.Name}: {counted} rather than {expected}");
            ModelStatistics two = TransformerStatistics.Of(shape with { Depth = 2 }, size, 7);
            ModelStatistics three = TransformerStatistics.Of(shape with { Depth = 3 }, size, 7);
            Assert.Equal(two.Parameters - counted.Parameters, three.Parameters - two.Parameters);
            Assert.Equal(two.Macs - counted.Macs, three.Macs - two.Macs);
        }
    }

    /// <summary>What a model is made with changes its size: a pooling with weights of its own, norms of queries and keys.</summary>
    [Fact]
    public void Options_that_add_layers_are_counted()
    {
        ModelOptions plain = new();
        foreach (ModelOptions options in new[] { plain with { GlobalPool = GlobalPool.Map }, plain with { QkNorm = true },
            plain with { GlobalPool = GlobalPool.Avg } })
        {
            using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", options);
            Assert.Equal(MeasuredStatistics.Of(model), ModelStatistics.Of(model));
        }
    }

    [Fact]
    public void A_built_model_is_not_run()
    {
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 10 });
        model.train();
        bool ran = false;
        model.register_forward_pre_hook((_, input) =>
        {
            ran = true;
            return input;
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        ModelStatistics.Of(model);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(model.training);
        Assert.False(ran);
    }

    [Fact]
    public void The_whole_catalogue_takes_no_time()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (ModelInfo info in ModelCatalogue.All)
            Assert.True(ModelStatistics.Of(info.Name) is { Parameters: > 0, Macs: > 0 }, info.Name);
        Assert.True(clock.Elapsed.TotalSeconds < 1, $"{clock.Elapsed}");
    }
}
