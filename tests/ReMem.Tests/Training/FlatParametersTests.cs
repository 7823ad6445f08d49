using ReMem.Models;
using ReMem.Training;
using TorchSharp.Modules;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class FlatParametersTests
{
    [Fact]
    public void The_vectors_are_the_parameters_and_their_gradients_themselves()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        using var parameters = new ParameterSet(model);
        using (no_grad())
            parameters.LiveValues.fill_(0.01f);
        Assert.All(model.parameters(), p => Assert.Equal(p.numel() * 0.01, p.sum().item<float>(), 1e-2));
        for (int step = 0; step < 2; step++)
        {
            // Autograd must add to the views, not put tensors of its own in their place.
            model.call(randn(2, 3, 32, 32)).square().sum().backward();
            using (no_grad())
                parameters.LiveGradients.fill_(3);
            Assert.All(model.parameters(), p => Assert.Equal(3, p.grad!.mean().item<float>()));
            parameters.ZeroGradients();
            Assert.All(model.parameters(), p => Assert.Equal(0, p.grad!.abs().sum().item<float>()));
        }
    }

    [Theory]
    [InlineData(Vit)]
    [InlineData(Convolutional)]
    public void Flattening_changes_no_output_and_no_gradient(string name)
    {
        using var scope = NewDisposeScope();
        using ImageModel plain = Model(name), flat = Model(name);
        using var parameters = new ParameterSet(flat);
        parameters.ZeroGradients();
        Tensor images = randn(2, 3, 32, 32);
        foreach (ImageModel model in new[] { plain, flat })
        {
            model.eval();
            model.call(images).square().sum().backward();
        }

        AssertSame(plain, flat);
        foreach (var ((parameter, expected), actual) in plain.named_parameters().Zip(flat.parameters()))
            Assert.True(Goldens.Same(expected.grad!, actual.grad!), parameter);
    }

    [Fact]
    public void Gradients_that_were_set_to_null_in_between_are_taken_in_again()
    {
        using var scope = NewDisposeScope();
        using Linear net = nn.Linear(2, 1);
        using var parameters = new ParameterSet(net);
        net.weight!.sum().backward();
        net.zero_grad();
        Assert.Equal(0, parameters.Gradients().abs().sum().item<float>());
        net.zero_grad();
        (net.weight!.sum() * 5).backward();
        Assert.Equal([5, 5, 0], parameters.Gradients().data<float>().ToArray());
        (net.weight!.sum() * 5).backward();
        Assert.Equal([10, 10, 0], parameters.LiveGradients.data<float>().ToArray());
    }

    [Fact]
    public void Several_sets_of_one_module_see_each_others_changes()
    {
        using var scope = NewDisposeScope();
        using Linear net = nn.Linear(2, 2);
        using var first = new ParameterSet(net);
        Tensor before = first.Values();
        using var second = new ParameterSet(net);
        second.AddToValues(ones(6));
        Assert.True(Goldens.Same(before + 1, first.Values()));

        // A part of the parameters lies in another place; the first set follows.
        net.bias!.requires_grad = false;
        using var part = new ParameterSet(net);
        part.AddToValues(ones(4));
        Assert.True(Goldens.Same((before + 1 + 1).narrow(0, 0, 4), first.Values().narrow(0, 0, 4)));
        first.SetValues(zeros(6));
        Assert.Equal(0, part.Values().abs().sum().item<float>());
    }

    [Fact]
    public void Disposing_gives_the_gradients_back_and_leaves_the_values()
    {
        using var scope = NewDisposeScope();
        using Linear net = nn.Linear(2, 2);
        var parameters = new ParameterSet(net);
        Tensor before = parameters.Values();
        net.weight!.sum().backward();
        parameters.Dispose();
        Assert.Null(net.weight.grad);
        Assert.True(Goldens.Same(before, new ParameterSet(net).Values()));
    }
}
