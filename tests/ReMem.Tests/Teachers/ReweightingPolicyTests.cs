using ReMem.Models;
using ReMem.Teachers;

namespace ReMem.Tests.Teachers;

public class ReweightingPolicyTests
{
    [Theory]
    [InlineData("none", new[] { 1.0, 1, 1, 1 })]
    [InlineData("top(2,0.5)", new[] { 1.0, 1, 0.5, 0.5 })]
    [InlineData(" top( 4 , 0 ) ", new[] { 0.0, 0, 0, 0 })]
    [InlineData("ramp(0.4)", new[] { 1.0, 0.8, 0.6, 0.4 })]
    [InlineData("balanced(0.4)", new[] { 1.0, 0.8, 0.6, 0.4 }, new[] { 1.0, 1.2, 1.4, 1.6 })]
    [InlineData("attention_top(1,0.5)", new[] { 1.0, 1, 1, 1 }, new[] { 1.0, 1, 1, 0.5 })]
    [InlineData("attention_ramp(0.4)", new[] { 1.0, 1, 1, 1 }, new[] { 1.0, 0.8, 0.6, 0.4 })]
    public void Chooses_scales_for_every_block(string policy, double[] mlp, double[]? attention = null)
    {
        IReadOnlyList<BlockScales> scales = ReweightingPolicy.Parse(policy).Scales(4);
        Assert.Equal(mlp.Length, scales.Count);
        for (int i = 0; i < mlp.Length; i++)
        {
            Assert.Equal(mlp[i], scales[i].Mlp, 12);
            Assert.Equal(attention?[i] ?? 1, scales[i].Attention, 12);
        }
    }

    [Fact]
    public void Auto_is_no_scale_before_it_is_chosen_and_tries_policies_that_fit()
    {
        Assert.Contains("has to be chosen", Assert.Throws<InputException>(() => ReweightingPolicy.Parse("auto").Scales(12)).Message,
            StringComparison.Ordinal);
        foreach (int depth in new[] { 1, 6, 12 })
        {
            IReadOnlyList<ReweightingPolicy> tried = ReweightingPolicy.Auto.Candidates(depth);
            Assert.IsType<ReweightingPolicy.None>(tried[0]);
            Assert.All(tried, policy => Assert.Equal(depth, policy.Scales(depth).Count));
        }

        Assert.Contains(new ReweightingPolicy.Top(4, 0.5), ReweightingPolicy.Auto.Candidates(12));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("top(4,0.5)")]
    [InlineData("ramp(0.25)")]
    [InlineData("balanced(0.5)")]
    [InlineData("attention_top(4,0)")]
    [InlineData("attention_ramp(1.5)")]
    [InlineData("auto")]
    public void Reads_back_what_it_writes(string policy) => Assert.Equal(policy, ReweightingPolicy.Parse(policy).ToString());

    [Theory]
    [InlineData("tpo(4,0.5)", "did you mean 'top'")]
    [InlineData("top(4)", "cannot be read")]
    [InlineData("auto(3)", "cannot be read")]
    [InlineData("attention_top(2,3)", "a is '3'")]
    [InlineData("top(0,0.5)", "k is '0'")]
    [InlineData("top(x,0.5)", "k is 'x'")]
    [InlineData("top(4,2.5)", "between 0 and 2")]
    [InlineData("top(4,-0.5)", "between 0 and 2")]
    [InlineData("ramp(nan)", "between 0 and 2")]
    [InlineData("top(4,0.5", "cannot be read")]
    [InlineData("", "cannot be read")]
    public void A_policy_that_is_none_is_refused_in_one_sentence(string policy, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => ReweightingPolicy.Parse(policy)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_blocks_than_the_model_has_are_refused() =>
        Assert.Contains("the model has 6", Assert.Throws<InputException>(() => ReweightingPolicy.Parse("top(7,0.5)").Scales(6)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_model_without_MLP_blocks_is_refused()
    {
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 2 });
        Assert.Contains("no MLP blocks", Assert.Throws<InputException>(() => ReweightingPolicy.Parse("top(1,0.5)").Apply(model)).Message,
            StringComparison.Ordinal);
        ReweightingPolicy.Parse("none").Apply(model);
    }

    [Fact]
    public void Applies_to_the_top_blocks_of_a_ViT()
    {
        using var model = (VisionTransformer)ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2 });
        ReweightingPolicy.Parse("top(2,0.25)").Apply(model);
        Assert.Equal([1, 1, 1, 1, 0.25, 0.25], model.Blocks.Select(b => b.MlpScale));
        Assert.All(model.Blocks, b => Assert.Equal(1, b.AttentionScale));
        ReweightingPolicy.Parse("balanced(0.5)").Apply(model);
        Assert.Equal([1, 1.1, 1.2, 1.3, 1.4, 1.5], model.Blocks.Select(b => Math.Round(b.AttentionScale, 12)));
        Assert.All(model.Blocks, b => Assert.Equal(2, b.AttentionScale + b.MlpScale, 12));
    }
}
