using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Tests.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Targets;

public class LastAttentionTests
{
    public static TheoryData<string> Names => TinyTransformers.Names;

    /// <summary>The attention's own output is what the distributions make of its values.</summary>
    [Theory]
    [InlineData("vit_base_patch16_224")]
    [InlineData("vit_medium_patch16_gap_256")]
    [InlineData("eva02_base_patch14_224")]
    [InlineData("eva02_tiny_patch14_224")]
    [InlineData("beitv2_base_patch16_224")]
    [InlineData("qk_norm")]
    public void The_distributions_are_those_that_the_block_mixes_by(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using TransformerModel model = TinyTransformers.Make(name);
        var values = new Values();
        model.Blocks[^1].Observer = values;
        using (var attention = new LastAttention(model))
        {
            model.ForwardFeatures(TinyTransformers.Images());
            Tensor found = attention.Distributions(model.Shape.ClassToken, headMean: false);
            Assert.True(found.select(1, 0).matmul(values.Seen!).allclose(values.Mixed!, 1e-4, 1e-5));
            Tensor relations = (values.Seen!.matmul(values.Seen!.transpose(2, 3)) / Math.Sqrt(8)).softmax(-1);
            Assert.True(found.select(1, 1).allclose(relations, 1e-4, 1e-5));
            Assert.True(attention.Distributions(model.Shape.ClassToken, headMean: true).allclose(found.mean([2], keepdim: true), 1e-4,
                1e-6));
        }

        // It hands on what it sees, and leaves no trace.
        Assert.Same(values, model.Blocks[^1].Observer);
        Assert.Equal(1, values.Streams);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_transformers_patches_attend_to_each_other(string name)
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make(name);
        using var attention = new LastAttention(model);
        Assert.Throws<InvalidOperationException>(() => attention.Distributions(false, true));
        model.ForwardFeatures(TinyTransformers.Images());
        Tensor found = attention.Distributions(classToken: false, headMean: false);
        Assert.Equal([2, 2, 2, 9, 9], found.shape);
        Assert.True(found.sum(-1).sub(1).abs().max().item<float>() < 1e-5);
        found.select(4, 0).sum().backward();
        Assert.True(model.named_parameters().First(p => p.name.Contains("blocks.0", StringComparison.Ordinal)).parameter.grad!.abs().sum()
            .item<float>() > 0);
    }

    /// <summary>Keeps the values and what the queries and keys make of them.</summary>
    private sealed class Values : IBlockObserver
    {
        public Tensor? Seen { get; private set; }

        public Tensor? Mixed { get; private set; }

        public int Streams { get; private set; }

        public void Attending(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
        {
            Seen = values.clone().DetachFromDisposeScope();
            Mixed = nn.functional.scaled_dot_product_attention(queries, keys, values, bias).DetachFromDisposeScope();
        }

        public void AfterAttention(Tensor tokens) => Streams++;

        public void Hidden(Tensor activations)
        {
        }

        public void AfterMlp(Tensor tokens)
        {
        }
    }
}
