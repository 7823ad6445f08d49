using System.Text.Json;
using ReMem.Teachers;
using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

public class SharpnessAwareGradientTests
{
    [Fact]
    public void Five_steps_of_SAM_ASAM_and_SGD_give_the_reference()
    {
        foreach (JsonElement run in Goldens.Math.GetProperty("sam").GetProperty("runs").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var net = Net();
            var parameters = new ParameterSet(net);
            double rho = run.GetProperty("rho").GetDouble();
            IGradientFunction gradient = rho > 0
                ? new SharpnessAwareGradient(net, parameters, rho, run.GetProperty("adaptive").GetBoolean())
                : new PlainGradient(parameters);
            using var optimizer = new Sgd(parameters, 5e-4, 0.9, decayAll: true);
            Tensor input = Goldens.UniformTensor("sam.input", 1, 16, 6);
            Tensor labels = tensor(Enumerable.Range(0, 16).Select(i => (long)(i % 4)).ToArray());
            foreach (JsonElement loss in run.GetProperty("losses").EnumerateArray())
            {
                GradientResult result = gradient.Compute(() => nn.functional.cross_entropy(net.call(input), labels));
                Assert.Equal(loss.GetDouble(), result.Loss, 1e-9);
                optimizer.Step(0.1);
            }

            foreach (JsonProperty tensor in run.GetProperty("final").EnumerateObject())
            {
                double[] expected = [.. Flatten(tensor.Value)];
                double[] actual = net.state_dict()[tensor.Name].data<double>().ToArray();
                for (int i = 0; i < expected.Length; i++)
                    Assert.Equal(expected[i], actual[i], 1e-9);
            }
        }
    }

    [Fact]
    public void The_rise_is_positive_and_about_rho_times_the_gradient_norm()
    {
        using var scope = NewDisposeScope();
        var net = Net();
        var parameters = new ParameterSet(net);
        GradientResult plain = new PlainGradient(parameters).Compute(() => Loss(net));
        GradientResult sharp = new SharpnessAwareGradient(net, parameters, 1e-4).Compute(() => Loss(net));
        Assert.Equal(1e-4 * plain.GradientNorm, sharp.Rise!.Value, 1e-6 * plain.GradientNorm);
    }

    [Fact]
    public void Weights_are_bit_identical_afterwards_also_when_the_second_pass_throws()
    {
        using var scope = NewDisposeScope();
        var net = Net();
        var gradient = new SharpnessAwareGradient(net, new ParameterSet(net), 0.3);
        Tensor before = new ParameterSet(net).Values();
        gradient.Compute(() => Loss(net));
        Assert.True(Goldens.Same(before, new ParameterSet(net).Values()));
        int pass = 0;
        Assert.Throws<InvalidOperationException>(() =>
            gradient.Compute(() => ++pass == 2 ? throw new InvalidOperationException() : Loss(net)));
        Assert.True(Goldens.Same(before, new ParameterSet(net).Values()));
    }

    [Fact]
    public void Batch_norm_statistics_see_only_the_first_pass()
    {
        using var scope = NewDisposeScope();
        Tensor input = Goldens.UniformTensor("bn", 1, 16, 6).to(ScalarType.Float32);
        var (plain, sharp) = (BatchNormNet(), BatchNormNet());
        new PlainGradient(new ParameterSet(plain)).Compute(() => plain.call(input).square().mean());
        new SharpnessAwareGradient(sharp, new ParameterSet(sharp), 0.5).Compute(() => sharp.call(input).square().mean());
        var theirs = plain.named_buffers().ToDictionary(b => b.name, b => b.buffer);
        Assert.NotEmpty(theirs);
        foreach (var (name, buffer) in sharp.named_buffers())
            Assert.True(Goldens.Same(theirs[name], buffer), name);
    }

    [Fact]
    public void Dropout_draws_the_same_mask_in_both_passes()
    {
        using var scope = NewDisposeScope();
        var net = Net();
        var masks = new List<double[]>();
        new SharpnessAwareGradient(net, new ParameterSet(net), 0.05).Compute(() =>
        {
            Tensor mask = nn.functional.dropout(ones(64, dtype: ScalarType.Float64), 0.5, training: true);
            masks.Add(mask.data<double>().ToArray());
            return Loss(net) + mask.mean();
        });
        Assert.Equal(2, masks.Count);
        Assert.Equal(masks[0], masks[1]);
    }

    [Fact]
    public void A_loss_that_is_not_finite_takes_no_second_pass_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var net = Net();
        Tensor before = new ParameterSet(net).Values();
        int passes = 0;
        GradientResult result = new SharpnessAwareGradient(net, new ParameterSet(net), 0.05).Compute(() =>
        {
            passes++;
            return Loss(net) * double.NaN;
        });
        Assert.False(result.IsFinite);
        Assert.Equal(1, passes);
        Assert.True(Goldens.Same(before, new ParameterSet(net).Values()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_radius_that_is_no_radius_is_refused(double rho)
    {
        using var scope = NewDisposeScope();
        var net = Net();
        Assert.Throws<InputException>(() => new SharpnessAwareGradient(net, new ParameterSet(net), rho));
    }

    private static Tensor Loss(nn.Module<Tensor, Tensor> net) =>
        nn.functional.cross_entropy(net.call(Goldens.UniformTensor("sam.input", 1, 16, 6)),
            tensor(Enumerable.Range(0, 16).Select(i => (long)(i % 4)).ToArray()));

    private static Sequential Net()
    {
        var net = nn.Sequential(
            ("fc1", nn.Linear(6, 12, dtype: ScalarType.Float64)), ("tanh", nn.Tanh()), ("fc2",
                nn.Linear(12, 4, dtype: ScalarType.Float64)));
        using var guard = no_grad();
        foreach (var (name, value) in net.named_parameters())
            value.copy_(Goldens.UniformTensor(name, value.dim() > 1 ? 0.5 : 0.1, value.shape));
        return net;
    }

    private static Sequential BatchNormNet()
    {
        manual_seed(3);
        return nn.Sequential(("fc", nn.Linear(6, 5)), ("bn", nn.BatchNorm1d(5)));
    }

    private static IEnumerable<double> Flatten(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flatten) : [value.GetDouble()];
}
