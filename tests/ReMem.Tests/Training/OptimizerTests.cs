using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

public class OptimizerTests
{
    [Theory]
    [InlineData("adamw", true)]
    [InlineData("adamw", false)]
    [InlineData("sgd", true)]
    [InlineData("sgd", false)]
    public void Takes_the_same_steps_as_torch(string name, bool flatPass)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Net(), Net());
        using Optimizer optimizer = Create(name, new ParameterSet(ours), flatPass, decayAll: true);
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

    [Theory]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void A_pass_over_the_cpu_s_memory_is_what_the_operators_of_other_devices_do(string name)
    {
        using var scope = NewDisposeScope();
        Tensor[] found = [.. new[] { true, false }.Select(flatPass => Walk(name, flatPass).Values)];
        Assert.True(allclose(found[0], found[1], rtol: 1e-5, atol: 1e-7), $"{(found[0] - found[1]).abs().max().item<float>()}");
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void Threads_change_no_bit(string name)
    {
        using var scope = NewDisposeScope();
        int threads = get_num_threads();
        try
        {
            (Tensor Values, Tensor[] State)[] found = [.. new[] { 1, 3 }.Select(count =>
            {
                set_num_threads(count);
                return Walk(name, flatPass: true);
            })];
            Assert.True(found[0].Values.equal(found[1].Values).all().item<bool>());
            Assert.All(found[0].State.Zip(found[1].State), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        }
        finally
        {
            set_num_threads(threads);
        }
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

    /// <summary>Three steps in float32 over vectors that no register, run or piece divides, with decay on a part.</summary>
    private static (Tensor Values, Tensor[] State) Walk(string name, bool flatPass)
    {
        var net = nn.Linear(401, 203);
        var parameters = new ParameterSet(net);
        parameters.SetValues(Goldens.UniformTensor("values", 1, parameters.Count).to(ScalarType.Float32));
        Optimizer optimizer = Create(name, parameters, flatPass, decayAll: false);
        for (int step = 0; step < 3; step++)
        {
            parameters.SetGradients(Goldens.UniformTensor($"gradient {step}", 1, parameters.Count).to(ScalarType.Float32));
            optimizer.Step(0.01);
        }

        return (parameters.Values(), [.. optimizer.State.Values.Select(state => state.clone())]);
    }

    private static Optimizer Create(string name, ParameterSet parameters, bool flatPass, bool decayAll) => name == "adamw"
        ? new AdamW(parameters, 0.1, decayAll) { UsesFlatPass = flatPass }
        : new Sgd(parameters, 0.1, 0.9, decayAll) { UsesFlatPass = flatPass };

    private static TorchSharp.Modules.Sequential Net()
    {
        var net = nn.Sequential(("a", nn.Linear(5, 4, dtype: ScalarType.Float64)), ("b", nn.Linear(4, 2, dtype: ScalarType.Float64)));
        using var guard = no_grad();
        foreach (var (name, value) in net.named_parameters())
            value.copy_(Goldens.UniformTensor(name, 0.5, value.shape));
        return net;
    }
}
