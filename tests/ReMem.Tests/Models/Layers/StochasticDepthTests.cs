using ReMem.Models;
using ReMem.Models.Layers;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

[Collection(TorchGenerator.Name)]
public class StochasticDepthTests
{
    [Fact]
    public void Rates_rise_linearly_to_the_last_block()
    {
        Assert.Equal([0, 0.1, 0.2, 0.3], Enumerable.Range(0, 4).Select(i => Math.Round(StochasticDepth.RateOf(0.3, i, 4), 12)));
        Assert.Equal(0.3, StochasticDepth.RateOf(0.3, 0, 1));
    }

    [Fact]
    public void A_sample_is_kept_whole_and_scaled_or_dropped_whole()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        Tensor branch = ones(4000, 3, 2, 2);
        Tensor dropped = StochasticDepth.Apply(branch, 0.25, training: true);
        float[] values = dropped.flatten(1).amax([1]).data<float>().ToArray();
        Assert.True(Goldens.Same(dropped.flatten(1).amax([1]), dropped.flatten(1).amin([1])));
        Assert.All(values, v => Assert.True(v == 0 || Math.Abs(v - (1 / 0.75)) < 1e-6, $"{v}"));
        Assert.InRange(values.Count(v => v == 0) / 4000.0, 0.22, 0.28);
        Assert.Same(branch, StochasticDepth.Apply(branch, 0.25, training: false));
        Assert.Same(branch, StochasticDepth.Apply(branch, 0, training: true));
    }

    [Theory]
    [InlineData("vit_pico_patch4_32")]
    [InlineData("resnet18")]
    [InlineData("resnet20")]
    [InlineData("mobilenetv3_small_100")]
    [InlineData("mobilenetv4_conv_small")]
    [InlineData("convnext_atto")]
    public void Every_architecture_drops_while_training_and_by_torchs_generator(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 4, ImageSize = 32, DropPathRate = 0.5 });
        GoldenWeights.Fill(model);
        Tensor input = Goldens.UniformTensor("input", 1, 8, 3, 32, 32).to(ScalarType.Float32);
        Tensor Run(long seed)
        {
            manual_seed(seed);
            return model.call(input);
        }

        model.train();
        Tensor first = Run(1), again = Run(1), other = Run(2);
        Assert.True(Goldens.Same(first, again));
        Assert.False(Goldens.Same(first, other));
        model.eval();
        Assert.True(Goldens.Same(Run(1), Run(2)));
    }
}
