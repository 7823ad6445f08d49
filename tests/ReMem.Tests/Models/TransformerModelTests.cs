using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>Properties of every form of transformer.</summary>
public sealed class TransformerModelTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _guard = no_grad();

    public static TheoryData<string> Names => TinyTransformers.Names;

    public void Dispose()
    {
        _guard.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Folding_keeps_the_outputs_and_resets_the_scales(string name)
    {
        using TransformerModel model = TinyTransformers.Make(name);
        Tensor x = TinyTransformers.Images();
        Tensor plain = model.call(x);
        model.Blocks[1].MlpScale = 0.3;
        model.Blocks[0].AttentionScale = 1.4;
        model.Blocks[0].MlpScale = 0;
        Tensor before = model.call(x);
        Assert.False(before.allclose(plain, 1e-2, 1e-2));

        // The file of the model computes the same without scales.
        using TransformerModel copy = TinyTransformers.Make(name);
        copy.load_state_dict(ModelFolder.FoldedState(model));
        Assert.True(copy.call(x).allclose(before, 1e-5, 1e-5));
        model.FoldScales();
        Assert.All(model.Blocks, b => Assert.Equal((1.0, 1.0), (b.AttentionScale, b.MlpScale)));
        Assert.True(model.call(x).allclose(before, 1e-5, 1e-5));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Counts_from_the_shape_are_those_of_the_built_model(string name)
    {
        using TransformerModel model = TinyTransformers.Make(name);
        Assert.Equal(ModelStatistics.Of(model), TransformerStatistics.Of(model.Shape, model.ImageSize, 3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Features_pool_to_the_width_and_nothing_leaks(string name)
    {
        using TransformerModel model = TinyTransformers.Make(name);
        using Tensor x = TinyTransformers.Images();
        model.call(x).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Tensor features = model.ForwardFeatures(x))
        using (Tensor pooled = model.ForwardHead(features, preLogits: true))
        using (Tensor logits = model.call(x))
        {
            Assert.Equal([2, model.TokenCount, 16], features.shape);
            Assert.Equal([2, 16], pooled.shape);
            Assert.Equal([2, 3], logits.shape);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_pooling_that_was_asked_for_moves_the_norm_as_timm_does()
    {
        using TransformerModel mean = TinyTransformers.Make("vit_base_patch16_224", new ModelOptions { GlobalPool = GlobalPool.Avg });
        Dictionary<string, Tensor> state = mean.state_dict();
        Assert.Contains("fc_norm.weight", state.Keys);
        Assert.DoesNotContain("norm.weight", state.Keys);
        Tensor features = mean.ForwardFeatures(TinyTransformers.Images());
        Tensor patches = features.narrow(1, 1, 9).mean([1]);
        Tensor expected = nn.functional.layer_norm(patches, [16], state["fc_norm.weight"], state["fc_norm.bias"], 1e-6);
        Assert.True(mean.ForwardHead(features, preLogits: true).allclose(expected, 1e-5, 1e-6));

        using TransformerModel token = TinyTransformers.Make("eva02_tiny_patch14_224", new ModelOptions { GlobalPool = GlobalPool.Token });
        Assert.Contains("norm.weight", token.state_dict().Keys);
        using TransformerModel map = TinyTransformers.Make("vit_base_patch14_reg4_dinov2",
            new ModelOptions { GlobalPool = GlobalPool.Map });
        Assert.Contains("attn_pool.latent", map.state_dict().Keys);
        Assert.Equal([2, 3], map.call(TinyTransformers.Images()).shape);
    }

    [Theory]
    [InlineData("vit_base_patch16_siglip_224", GlobalPool.Token)]
    [InlineData("eva02_tiny_patch14_224", GlobalPool.Map)]
    [InlineData("deit_base_distilled_patch16_224", GlobalPool.Avg)]
    public void A_pooling_that_does_not_fit_the_tokens_is_refused(string name, GlobalPool pool)
    {
        InputException e = Assert.Throws<InputException>(() => TinyTransformers.Make(name, new ModelOptions { GlobalPool = pool }));
        Assert.Contains($"cannot pool by '{pool.ToString().ToLowerInvariant()}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_transformers_are_refused_for_other_models()
    {
        Assert.Contains("no tokens",
            Assert.Throws<InputException>(() =>
                ModelCatalogue.Create("resnet20", new ModelOptions { GlobalPool = GlobalPool.Avg })).Message, StringComparison.Ordinal);
        Assert.Contains("no tokens",
            Assert.Throws<InputException>(() => ModelCatalogue.Create("resnet20", new ModelOptions { QkNorm = true })).Message,
            StringComparison.Ordinal);
        Assert.Contains("qk_norm",
            Assert.Throws<InputException>(() =>
                ModelCatalogue.Create("eva02_tiny_patch14_224", new ModelOptions { QkNorm = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_distilled_model_says_the_mean_of_its_two_classifiers()
    {
        using TransformerModel model = TinyTransformers.Make("deit_base_distilled_patch16_224");
        Dictionary<string, Tensor> state = model.state_dict();
        Tensor features = model.ForwardFeatures(TinyTransformers.Images());
        Tensor Said(string head, int token) =>
            nn.functional.linear(features.select(1, token), state[$"{head}.weight"], state[$"{head}.bias"]);
        Assert.True(model.ForwardHead(features).allclose((Said("head", 0) + Said("head_dist", 1)) / 2, 1e-5, 1e-6));
        (Tensor own, Tensor distilled) = model.ForwardHeads(features);
        Assert.True(own.allclose(Said("head", 0), 1e-5, 1e-6));
        Assert.True(distilled.allclose(Said("head_dist", 1), 1e-5, 1e-6));
        using TransformerModel plain = TinyTransformers.Make("vit_base_patch16_224");
        Assert.Throws<InvalidOperationException>(() => plain.ForwardHeads(features));
        Assert.Equal(["head.weight", "head.bias", "head_dist.weight", "head_dist.bias"], model.Info.HeadTensors);
    }

    [Fact]
    public void Gains_and_gates_start_as_timms()
    {
        TransformerShape giant = ModelCatalogue.ShapeOf("vit_giant_patch14_dinov2")! with { Width = 48, Depth = 3, Heads = 2 };
        using TransformerModel dino = giant.Build(ModelCatalogue.Info("vit_giant_patch14_dinov2"), new ModelOptions { ImageSize = 28 });
        Dictionary<string, Tensor> state = dino.state_dict();
        Assert.Equal(1e-5f, state["blocks.2.ls1.gamma"].max().item<float>());
        Assert.Equal(1, state["blocks.1.mlp.fc1.bias"].narrow(0, 128, 128).min().item<float>());
        Assert.InRange(state["blocks.1.mlp.fc1.weight"].narrow(0, 128, 128).std().item<float>(), 0.9e-6f, 1.1e-6f);
        Assert.InRange(state["blocks.1.mlp.fc1.weight"].narrow(0, 0, 128).std().item<float>(), 0.018f, 0.022f);

        BeitShape shape = (BeitShape)ModelCatalogue.ShapeOf("beitv2_base_patch16_224")! with { Width = 48, Depth = 3, Heads = 2 };
        using TransformerModel beit = shape.Build(ModelCatalogue.Info("beitv2_base_patch16_224"), new ModelOptions { ImageSize = 32 });
        state = beit.state_dict();
        Assert.Equal(1e-5f, state["blocks.2.gamma_2"].min().item<float>());
        Assert.Equal(0, state["blocks.2.attn.relative_position_bias_table"].abs().max().item<float>());
        Assert.InRange(state["blocks.2.mlp.fc2.weight"].std().item<float>() * Math.Sqrt(6), 0.018, 0.022);
        Assert.InRange(state["blocks.0.attn.proj.weight"].std().item<float>() * Math.Sqrt(2), 0.018, 0.022);
        Assert.InRange(state["head.weight"].std().item<float>(), 1.9e-5f, 2.1e-5f);
        Assert.InRange(state["cls_token"].std().item<float>(), 0.01f, 0.03f);
    }
}
