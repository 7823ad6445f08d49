using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

public class OptimizerTests
{
    [Theory]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void Takes_the_same_steps_as_torch(string name)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Net(), Net());
        using Optimizer optimizer = name == "adamw"
            ? new AdamW(new ParameterSet(ours), 0.1, decayAll: true)
            : new Sgd(new ParameterSet(ours), 0.1, 0.9, decayAll: true);
        using optim.Optimizer reference = name == "adamw"
            ? optim.AdamW(theirs.parameters(), 0.01, weight_decay: 0.1)
            : optim.SGD(theirs.parameters(), 0.01, momentum: 0.9, weight_decay: 0.1);
        Tensor input = Goldens.UniformTensor("input", 1, 8, 5);
        for (int step = 0; step < 5; step++)
        {
            new PlainGradient(new ParameterSet(ours)).Compute(() => ours.call(input).square().mean());
            optimizer.Step(0.01);
            reference.zero_grad();
            theirs.call(input).square().mean().backward();
            reference.step();
        }

        foreach (var (a, b) in ours.parameters().Zip(theirs.parameters()))
            Assert.True(allclose(a, b, rtol: 1e-10, atol: 1e-12));
    }

    [Fact]
    public void Decay_spares_biases_norms_and_tokens()
    {
        using var scope = NewDisposeScope();
        var net = Net();
        double[] mask = new ParameterSet(net).DecayMask().data<double>().ToArray();
        Assert.Equal(5 * 4 + 4 * 2, mask.Sum());
        Assert.Equal(0, mask[20]);
    }

    private static TorchSharp.Modules.Sequential Net()
    {
        var net = nn.Sequential(("a", nn.Linear(5, 4, dtype: ScalarType.Float64)), ("b", nn.Linear(4, 2, dtype: ScalarType.Float64)));
        using var guard = no_grad();
        foreach (var (name, value) in net.named_parameters())
            value.copy_(Goldens.UniformTensor(name, 0.5, value.shape));
        return net;
    }
}
