using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

public sealed class VisionTransformerTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _guard = no_grad();

    public void Dispose()
    {
        _guard.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Scales_of_one_are_bit_identical_to_the_blocks_written_out()
    {
        // As in training; without gradients the products are another library's.
        using var gradients = enable_grad();
        using IDisposable plain = KernelPath<ProductKernel>.Force(ProductKernel.Libtorch);
        VisionTransformer model = Filled();
        Tensor x = Goldens.UniformTensor("input", 1, 2, 65, 128).to(ScalarType.Float32);
        TransformerBlock block = model.Blocks[3];
        Dictionary<string, Tensor> w = block.state_dict();
        Tensor Linear(Tensor t, string name) => nn.functional.linear(t, w[name + ".weight"], w[name + ".bias"]);
        Tensor Norm(Tensor t, string name) => nn.functional.layer_norm(t, [128], w[name + ".weight"], w[name + ".bias"], 1e-6);
        Tensor heads = Linear(Norm(x, "norm1"), "attn.qkv").view(2, 65, 3, 4, 32).permute(2, 0, 3, 1, 4);
        Tensor mixed = nn.functional.scaled_dot_product_attention(heads[0], heads[1], heads[2]).transpose(1, 2).reshape(2, 65, 128);
        Tensor h = x + Linear(mixed, "attn.proj");
        Tensor expected = h + Linear(nn.functional.gelu(Linear(Norm(h, "norm2"), "mlp.fc1")), "mlp.fc2");
        Assert.True(Goldens.Same(expected, block.call(x)));
    }

    /// <summary>Normed queries and keys have no golden.</summary>
    [Fact]
    public void Queries_and_keys_are_normed_a_head()
    {
        using TransformerModel model = TinyTransformers.Make("qk_norm");
        TransformerBlock block = model.Blocks[0];
        Dictionary<string, Tensor> w = block.state_dict();
        Tensor x = Goldens.UniformTensor("tokens", 1, 2, 10, 16).to(ScalarType.Float32);
        Tensor Linear(Tensor t, string name) => nn.functional.linear(t, w[name + ".weight"], w[name + ".bias"]);
        Tensor Norm(Tensor t, string name) => nn.functional.layer_norm(t, [t.shape[^1]], w[name + ".weight"], w[name + ".bias"], 1e-6);
        Tensor[] parts = Linear(Norm(x, "norm1"), "attn.qkv").chunk(3, -1);
        Tensor Heads(int part) => parts[part].view(2, 10, 2, 8).transpose(1, 2);
        Tensor shares = (Norm(Heads(0), "attn.q_norm").matmul(Norm(Heads(1), "attn.k_norm").transpose(2, 3)) / Math.Sqrt(8)).softmax(-1);
        block.MlpScale = 0;
        Tensor expected = x + Linear(shares.matmul(Heads(2)).transpose(1, 2).reshape(2, 10, 16), "attn.proj");
        Assert.True(block.call(x).allclose(expected, 1e-5, 1e-5));
        Assert.Equal(["attn.q_norm.weight", "attn.q_norm.bias"], w.Keys.Where(k => k.Contains("q_norm", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_observer_sees_the_stream_and_the_activations_and_changes_nothing()
    {
        VisionTransformer model = Filled();
        Tensor x = Goldens.UniformTensor("input", 1, 2, 3, 32, 32).to(ScalarType.Float32);
        Tensor plain = model.ForwardFeatures(x);
        var observer = new Observer();
        model.Blocks[2].Observer = observer;
        Assert.True(Goldens.Same(plain, model.ForwardFeatures(x)));
        Assert.Equal(["attention [2, 65, 128]", "hidden [2, 65, 512]", "mlp [2, 65, 128]"], observer.Seen);
        model.Blocks[2].Observer = null;
        Assert.True(Goldens.Same(plain, model.ForwardBlocks(observer.Last!, 3)));
        model.ForwardFeatures(x);
        Assert.Equal(3, observer.Seen.Count);
    }

    [Fact]
    public void A_scale_multiplies_only_its_own_branch()
    {
        VisionTransformer model = Filled();
        TransformerBlock block = model.Blocks[0];
        Tensor x = Goldens.UniformTensor("input", 1, 2, 65, 128).to(ScalarType.Float32);
        block.AttentionScale = 0;
        Tensor mlpOnly = block.call(x) - x;
        block.MlpScale = 0.25;
        Assert.True((block.call(x) - x).allclose(mlpOnly * 0.25, 1e-5, 1e-6));
        block.MlpScale = 0;
        Assert.True(Goldens.Same(x, block.call(x)));
        block.AttentionScale = 1;
        Tensor attentionOnly = block.call(x) - x;
        block.AttentionScale = 0.5;
        Assert.True((block.call(x) - x).allclose(attentionOnly * 0.5, 1e-5, 1e-6));
    }

    [Fact]
    public void Folding_keeps_the_outputs_and_resets_the_scales()
    {
        VisionTransformer model = Filled();
        Tensor x = Goldens.UniformTensor("input", 1, 2, 3, 32, 32).to(ScalarType.Float32);
        Tensor plain = model.call(x);
        model.Blocks[5].MlpScale = 0.3;
        model.Blocks[4].AttentionScale = 1.4;
        model.Blocks[2].MlpScale = 0;
        Tensor before = model.call(x);
        Assert.False(before.allclose(plain, 1e-2, 1e-2));
        model.FoldScales();
        Assert.All(model.Blocks, b => Assert.Equal((1.0, 1.0), (b.AttentionScale, b.MlpScale)));
        float difference = (model.call(x) - before).abs().max().item<float>();
        Assert.True(difference <= 1e-6 * before.abs().max().item<float>() * 10, $"differs by {difference}");
    }

    [Fact]
    public void An_image_size_that_no_patch_divides_is_refused_with_the_nearest_sizes()
    {
        InputException e =
            Assert.Throws<InputException>(() => ModelCatalogue.Create("deit_tiny_patch16_224", new ModelOptions { ImageSize = 100 }));
        Assert.Contains("100 is not a multiple of the patch size 16", e.Message, StringComparison.Ordinal);
        Assert.Equal("Use 96 or 112.", e.Remedy);
    }

    [Theory]
    [InlineData(33, 33)]
    [InlineData(64, 64)]
    [InlineData(32, 36)]
    public void Images_of_another_size_are_refused(int height, int width)
    {
        using VisionTransformer model = Filled();
        ArgumentException e = Assert.Throws<ArgumentException>(() => model.call(zeros(1, 3, height, width)));
        Assert.Contains("32 x 32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_starts_as_timm_does()
    {
        using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 50 });
        Dictionary<string, Tensor> state = model.state_dict();
        Assert.InRange(state["pos_embed"].std().item<float>(), 0.019f, 0.021f);
        Assert.InRange(state["blocks.0.mlp.fc1.weight"].std().item<float>(), 0.0195f, 0.0205f);
        Assert.InRange(state["head.weight"].std().item<float>(), 0.019f, 0.021f);
        Assert.InRange(state["cls_token"].abs().max().item<float>(), 1e-8f, 1e-5f);
        foreach (var (name, value) in state.Where(s =>
            s.Key.EndsWith(".bias", StringComparison.Ordinal) && !s.Key.StartsWith("patch", StringComparison.Ordinal)))
            Assert.True(value.abs().max().item<float>() == 0, name);
    }

    private static VisionTransformer Filled()
    {
        var model = (VisionTransformer)ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 7 });
        GoldenWeights.Fill(model);
        model.eval();
        return model;
    }

    private sealed class Observer : IBlockObserver
    {
        public List<string> Seen { get; } = [];

        public Tensor? Last { get; private set; }

        public void AfterAttention(Tensor tokens) => Saw("attention", tokens);

        public void Hidden(Tensor activations) => Saw("hidden", activations);

        public void AfterMlp(Tensor tokens)
        {
            Saw("mlp", tokens);
            Last = tokens.clone().DetachFromDisposeScope();
        }

        private void Saw(string what, Tensor tensor) => Seen.Add($"{what} [{string.Join(", ", tensor.shape)}]");
    }
}
