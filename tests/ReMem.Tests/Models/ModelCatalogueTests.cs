using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

[Collection(TorchGenerator.Name)]
public class ModelCatalogueTests
{
    private static readonly string[] Small = ["vit_pico_patch4_32", "resnet18", "resnet20", "mobilenetv3_small_100",
        "mobilenetv4_conv_small", "convnext_atto"];

    public static TheoryData<string> SmallModels => [.. Small];

    [Theory]
    [InlineData("deit_tiny_patch16_244", "deit_tiny_patch16_224")]
    [InlineData("ResNet18", "resnet18")]
    [InlineData("mobilenet_v3_small_100", "mobilenetv3_small_100")]
    public void An_unknown_name_offers_the_nearest(string asked, string nearest)
    {
        InputException e = Assert.Throws<InputException>(() => ModelCatalogue.Create(asked));
        Assert.Contains($"'{asked}'; did you mean '{nearest}'?", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_options_are_refused_by_name_and_value()
    {
        (ModelOptions Options, string Text)[] cases =
        [
            (new() { NumClasses = 0 }, "number of classes is 0"),
            (new() { ImageSize = -32 }, "image size is -32"),
            (new() { DropPathRate = 1 }, "drop path rate is 1"),
            (new() { DropRate = double.NaN }, "drop rate is NaN"),
        ];
        foreach ((ModelOptions options, string text) in cases)
        {
            InputException e = Assert.Throws<InputException>(() => ModelCatalogue.Create("resnet20", options));
            Assert.Contains(text, e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels))]
    public void A_seed_decides_the_initialisation(string name)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Make(long seed)
        {
            manual_seed(seed);
            using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3 });
            return model.state_dict().ToDictionary(t => t.Key, t => t.Value.detach().clone());
        }

        Dictionary<string, Tensor> first = Make(5), again = Make(5), other = Make(6);
        Assert.All(first, t => Assert.True(Goldens.Same(t.Value, again[t.Key]), t.Key));
        Assert.Contains(first, t => !Goldens.Same(t.Value, other[t.Key]));
    }

    [Theory]
    [MemberData(nameof(SmallModels))]
    public void A_model_made_and_used_in_a_scope_outlives_it_and_leaks_nothing(string name)
    {
        ImageModel model;
        using (NewDisposeScope())
            model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = 32 });
        using (model)
        using (no_grad())
        using (Tensor input = zeros(2, 3, 32, 32))
        {
            model.eval();
            model.call(input).Dispose();
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            using (Tensor logits = model.call(input))
                Assert.Equal([2, 3], logits.shape);
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            using Tensor features = model.ForwardFeatures(input);
            using Tensor pooled = model.ForwardHead(features, preLogits: true);
            Assert.Equal([2, model.NumFeatures], pooled.shape);
        }
    }

    /// <summary>timm's default_cfg of the weights that the plain name stands for.</summary>
    [Theory]
    [InlineData("resnet50", 224, 0.485, 0.95, "fc")]
    [InlineData("mobilenetv2_100", 224, 0.485, 0.875, "classifier")]
    [InlineData("mobilenetv4_conv_small", 224, 0.485, 0.875, "classifier")]
    [InlineData("mobilenetv4_conv_medium", 256, 0.485, 0.95, "classifier")]
    [InlineData("tf_efficientnetv2_s", 300, 0.5, 1, "classifier")]
    [InlineData("convnext_pico", 224, 0.485, 0.875, "head.fc")]
    [InlineData("convnext_tiny", 224, 0.485, 0.95, "head.fc")]
    public void Students_expect_what_timms_weights_do(string name, int size, double mean, double crop, string classifier)
    {
        ModelInfo info = ModelCatalogue.Info(name);
        Assert.Equal((size, mean, crop, "bicubic", classifier),
            (info.ImageSize, info.Normalization.Mean[0], info.CropPct, info.Interpolation, info.Classifier));
    }

    [Fact]
    public void The_smallest_ViTs_are_students_too()
    {
        Assert.Equal("both", ModelCatalogue.Info("deit_tiny_patch16_224").Role);
        Assert.Equal("both", ModelCatalogue.Info("deit_tiny_distilled_patch16_224").Role);
        Assert.Equal("both", ModelCatalogue.Info("vit_tiny_patch16_224").Role);
        Assert.Equal("student", ModelCatalogue.Info("convnext_pico").Role);
        Assert.Equal("teacher", ModelCatalogue.Info("vit_small_patch16_224").Role);
    }

    [Fact]
    public void A_model_can_carry_other_facts_than_the_catalogue()
    {
        ModelInfo info = ModelCatalogue.Info("resnet20") with { Normalization = Normalization.Half };
        using ImageModel model = ModelCatalogue.Create(info);
        Assert.Equal(Normalization.Half, model.Info.Normalization);
    }

    [Fact]
    public void Residual_networks_start_as_timm_does()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using ImageModel resnetModel = ModelCatalogue.Create("resnet18");
        using ImageModel bottleneckModel = ModelCatalogue.Create("resnet50");
        Dictionary<string, Tensor> bottleneck = bottleneckModel.state_dict();
        Assert.Equal(0, bottleneck["layer2.1.bn3.weight"].abs().max().item<float>());
        Assert.Equal(1, bottleneck["layer2.1.bn2.weight"].min().item<float>());
        using ImageModel mobileModel = ModelCatalogue.Create("mobilenetv3_small_100");
        Dictionary<string, Tensor> resnet = resnetModel.state_dict();
        Assert.Equal(0, resnet["layer2.1.bn2.weight"].abs().max().item<float>());
        Assert.Equal(1, resnet["layer2.1.bn1.weight"].min().item<float>());

        // Kaiming, fan-out: sqrt(2 / (128 * 9)).
        Assert.InRange(resnet["layer2.1.conv1.weight"].std().item<float>(), 0.0412f, 0.0421f);
        Dictionary<string, Tensor> mobile = mobileModel.state_dict();

        // Depthwise: sqrt(2 / (5 * 5)), the fan-out of one group.
        Assert.InRange(mobile["blocks.4.1.conv_dw.weight"].std().item<float>(), 0.277f, 0.289f);
        Assert.InRange(mobile["classifier.weight"].abs().max().item<float>(), 0.0315f, 0.03163f);
        Assert.Equal(0, mobile["conv_head.bias"].abs().max().item<float>());
    }
}
