using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class ParameterSetTests
{
    [Fact]
    public void Values_are_a_copy_in_the_models_order()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        var parameters = new ParameterSet(model);
        Assert.Equal(model.named_parameters().Select(p => p.name), parameters.Names);
        Assert.Equal(model.parameters().Sum(p => p.numel()), parameters.Count);
        Tensor values = parameters.Values();
        Assert.True(Goldens.Same(cat([.. model.parameters().Select(p => p.detach().flatten())]), values));
        values.zero_();
        Assert.NotEqual(0, parameters.Values().abs().sum().item<float>());
    }

    [Fact]
    public void What_is_set_is_what_is_read()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        var parameters = new ParameterSet(model);
        Tensor values = arange(parameters.Count).to(ScalarType.Float32);
        parameters.SetValues(values);
        Assert.True(Goldens.Same(values, parameters.Values()));
        parameters.AddToValues(ones(parameters.Count));
        Assert.True(Goldens.Same(values + 1, parameters.Values()));
        Assert.All(model.parameters(), p => Assert.True(p.requires_grad));
    }

    [Fact]
    public void A_parameter_without_a_gradient_counts_as_zero()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        var parameters = new ParameterSet(model);
        Assert.Equal(0, parameters.Gradients().norm().item<float>());
        model.state_dict()["head.bias"].sum().backward();
        Assert.Equal(3, parameters.Gradients().sum().item<float>());
        parameters.SetGradients(full(parameters.Count, 2f));
        Assert.Equal(2 * parameters.Count, parameters.Gradients().sum().item<float>());
        parameters.ZeroGradients();
        Assert.Equal(0, parameters.Gradients().norm().item<float>());
    }

    [Fact]
    public void Frozen_parameters_are_left_out()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        foreach (var (name, value) in model.named_parameters())
            value.requires_grad = name.StartsWith("head", StringComparison.Ordinal);
        var parameters = new ParameterSet(model);
        Assert.Equal(["head.weight", "head.bias"], parameters.Names);
        Assert.Equal((128 * 3) + 3, parameters.Count);
    }

    [Theory]
    [InlineData(Vit, "head.weight blocks.0.attn.qkv.weight patch_embed.proj.weight",
        "cls_token pos_embed head.bias norm.weight blocks.0.norm1.weight")]
    [InlineData(Convolutional, "conv1.weight fc.weight", "bn1.weight bn1.bias fc.bias")]
    public void Decay_spares_what_timm_spares(string name, string decayed, string spared)
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model(name);
        var parameters = new ParameterSet(model);
        Tensor mask = parameters.DecayMask();
        var means = new Dictionary<string, float>();
        long at = 0;
        foreach (var (parameter, value) in model.named_parameters())
        {
            means[parameter] = mask.narrow(0, at, value.numel()).mean().item<float>();
            at += value.numel();
        }

        Assert.All(decayed.Split(' '), n => Assert.Equal(1, means[n]));
        Assert.All(spared.Split(' '), n => Assert.Equal(0, means[n]));
    }

    [Fact]
    public void Decay_spares_the_learned_relative_positions()
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make("beitv2_base_patch16_224");
        long decayed = model.named_parameters().Where(p => p.name.EndsWith("weight", StringComparison.Ordinal) && p.parameter.dim() > 1)
            .Sum(p => p.parameter.numel());
        Assert.Equal(decayed, new ParameterSet(model).DecayMask().to(ScalarType.Float64).sum().item<double>());
    }

    [Fact]
    public void The_first_broken_parameter_is_named()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        var parameters = new ParameterSet(model);
        Assert.Null(parameters.FirstNonFinite());
        using (no_grad())
        {
            model.state_dict()["head.weight"][1, 2] = float.PositiveInfinity;
            model.state_dict()["blocks.3.mlp.fc1.bias"][7] = float.NaN;
        }

        Assert.Equal("blocks.3.mlp.fc1.bias", parameters.FirstNonFinite());
    }
}
