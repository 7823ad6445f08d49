using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class GradientFunctionTests
{
    [Fact]
    public void The_plain_gradient_is_autograds_and_replaces_the_last_one()
    {
        using var scope = NewDisposeScope();
        using Linear net = Net();
        var parameters = new ParameterSet(net);
        var gradient = new PlainGradient(parameters);
        gradient.Compute(() => net.weight!.sum() * 7);
        GradientResult result = gradient.Compute(() => (net.weight! * tensor(new float[,] { { 3, 0 }, { 0, 4 } })).sum());
        Assert.Equal([3, 0, 0, 4, 0, 0], parameters.Gradients().data<float>().ToArray());
        Assert.Equal((5, null), (result.GradientNorm, result.Rise));
        Assert.Equal(3 + 8, result.Loss);
        Assert.True(result.IsFinite);
    }

    [Theory]
    [InlineData(double.NaN, 1, false)]
    [InlineData(1, double.PositiveInfinity, false)]
    [InlineData(1, 1, true)]
    public void A_step_needs_a_finite_loss_and_norm(double loss, double norm, bool expected) =>
        Assert.Equal(expected, new GradientResult(loss, 0, norm).IsFinite);

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(5.0, 5.0)]
    [InlineData(6.0, 5.0)]
    [InlineData(0.0, 5.0)]
    public void Clipping_scales_to_the_limit_and_keeps_the_direction(double limit, double expected)
    {
        using var scope = NewDisposeScope();
        using Linear net = Net();
        var parameters = new ParameterSet(net);
        new PlainGradient(parameters).Compute(() => (net.weight! * tensor(new float[,] { { 3, 0 }, { 0, 4 } })).sum());
        GradientNorm.Clip(parameters, GradientNorm.Of(parameters), limit);
        float[] clipped = parameters.Gradients().data<float>().ToArray();
        Assert.Equal(expected, GradientNorm.Of(parameters), 1e-5);
        Assert.Equal(0.75, clipped[0] / clipped[3], 1e-6);
    }

    /// <summary>Weights 1 0 / 0 2 and no bias.</summary>
    private static Linear Net()
    {
        Linear net = nn.Linear(2, 2);
        using var guard = no_grad();
        net.weight!.copy_(tensor(new float[,] { { 1, 0 }, { 0, 2 } }));
        net.bias!.zero_();
        return net;
    }
}
