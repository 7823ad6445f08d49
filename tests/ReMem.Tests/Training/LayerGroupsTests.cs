using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class LayerGroupsTests
{
    public static TheoryData<string> Transformers => TinyTransformers.Names;

    [Theory]
    [MemberData(nameof(Transformers))]
    public void A_transformers_blocks_stand_between_embedding_and_head(string name)
    {
        using TransformerModel model = TinyTransformers.Make(name);
        var groups = new LayerGroups(model);
        Assert.Equal((2, 3), (groups.Blocks, groups.Head));
        foreach (string parameter in model.named_parameters().Select(p => p.name))
        {
            int expected = parameter.StartsWith("blocks.0.", StringComparison.Ordinal) ? 1
                : parameter.StartsWith("blocks.1.", StringComparison.Ordinal) || parameter is "norm.weight" or "norm.bias" ? 2
                : parameter.StartsWith("head", StringComparison.Ordinal) || parameter.StartsWith("fc_norm", StringComparison.Ordinal)
                    || parameter.StartsWith("attn_pool", StringComparison.Ordinal) ? 3 : 0;
            Assert.True(expected == groups.Of(parameter), $"{parameter} is of layer {groups.Of(parameter)}, not {expected}");
        }
    }

    [Theory]
    [InlineData("resnet20", 9,
        "conv1.weight=0 bn1.bias=0 layer1.0.conv1.weight=1 layer2.0.downsample.0.weight=4 layer3.2.bn2.weight=9 fc.weight=10")]
    [InlineData("resnet50", 16, "conv1.weight=0 layer1.0.downsample.1.bias=1 layer2.0.conv1.weight=4 layer4.2.bn3.bias=16 fc.bias=17")]
    [InlineData("convnext_atto", 12,
        "stem.0.weight=0 stem.1.bias=0 stages.0.blocks.1.gamma=2 stages.1.downsample.1.weight=3 stages.1.blocks.0.gamma=3 "
            + "stages.3.blocks.1.mlp.fc2.bias=12 head.norm.weight=13 head.fc.bias=13")]
    [InlineData("mobilenetv3_small_100", 12,
        "conv_stem.weight=0 bn1.weight=0 blocks.0.0.conv_dw.weight=1 blocks.1.0.conv_pw.weight=2 blocks.1.1.conv_pw.weight=3 "
            + "blocks.5.0.conv.weight=12 conv_head.weight=13 classifier.bias=13")]
    [InlineData("efficientnet_b0", 16,
        "conv_stem.weight=0 blocks.0.0.bn1.weight=1 blocks.6.0.conv_pw.weight=16 conv_head.weight=16 bn2.bias=16 classifier.weight=17")]
    [InlineData("mobilenetv4_conv_small", 17, "conv_stem.weight=0 conv_head.weight=18 norm_head.weight=18 classifier.weight=18")]
    public void A_convolutional_networks_blocks_count_through_its_stages(string name, int blocks, string layers)
    {
        using ImageModel model = Model(name);
        var groups = new LayerGroups(model);
        Assert.Equal(blocks, groups.Blocks);
        HashSet<string> known = [.. model.named_parameters().Select(p => p.name)];
        foreach (string[] pair in layers.Split(' ').Select(p => p.Split('=')))
        {
            Assert.Contains(pair[0], known);
            Assert.Equal(pair[1], $"{groups.Of(pair[0])}");
        }

        // Nothing but stem and classifier is outside the blocks, and every layer has something.
        Assert.Equal(Enumerable.Range(0, blocks + 2), known.Select(groups.Of).Distinct().Order());
    }
}
