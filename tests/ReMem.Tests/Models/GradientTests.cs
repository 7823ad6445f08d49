using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>Gradients against finite differences in float64.</summary>
public class GradientTests
{
    [Theory]
    [InlineData("vit_pico_patch4_32", 8)]
    [InlineData("resnet20", 8)]
    [InlineData("mobilenetv3_small_100", 32)]
    public void Gradients_are_the_slopes_of_the_loss(string name, int size)
    {
        using var scope = NewDisposeScope();
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = size });
        GoldenWeights.Fill(model);
        Check(model);
    }

    [Theory]
    [MemberData(nameof(TinyTransformers.Names), MemberType = typeof(TinyTransformers))]
    public void Gradients_of_every_block_are_the_slopes_of_the_loss(string name)
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make(name);
        Check(model);
    }

    /// <summary>The fast kernels of float32, such as fused attention with a learned bias, are others than those of float64.</summary>
    [Theory]
    [MemberData(nameof(TinyTransformers.Names), MemberType = typeof(TinyTransformers))]
    public void Float32_gradients_of_every_block_are_those_of_float64(string name)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Gradients(ScalarType type)
        {
            TransformerModel model = TinyTransformers.Make(name);
            model.to(type);
            nn.functional.cross_entropy(model.call(TinyTransformers.Images(type: type)), tensor(new long[] { 0, 2 })).backward();
            var gradients = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.to(ScalarType.Float64, copy: true));
            model.Dispose();
            return gradients;
        }

        Dictionary<string, Tensor> exact = Gradients(ScalarType.Float64), single = Gradients(ScalarType.Float32);
        foreach (var (parameter, gradient) in exact)
        {
            // Softmax does not see a bias of the keys: that gradient is 0 but for rounding.
            double difference = (gradient - single[parameter]).norm().item<double>() / (gradient.norm().item<double>() + 1e-4);
            Assert.True(difference < 1e-3, $"{parameter}: {difference}");
        }
    }

    private static void Check(ImageModel model)
    {
        model.to(ScalarType.Float64);
        model.eval();
        Tensor input = Goldens.UniformTensor("input", 1, 2, 3, model.ImageSize, model.ImageSize);
        Tensor labels = tensor(new long[] { 0, 2 });
        Tensor Loss() => nn.functional.cross_entropy(model.call(input), labels);
        Loss().backward();
        foreach (var (parameter, value) in model.named_parameters())
        {
            // One random direction a tensor: the slope along it must be the gradient's inner product with it.
            Tensor direction = Goldens.UniformTensor(parameter + ".direction", 1, value.shape);
            double slope = (value.grad! * direction).sum().item<double>();
            const double h = 1e-6;
            double above, below;
            using (no_grad())
            {
                value.add_(direction, alpha: h);
                above = Loss().item<double>();
                value.add_(direction, alpha: -2 * h);
                below = Loss().item<double>();
                value.add_(direction, alpha: h);
            }

            Assert.True(Math.Abs(slope - ((above - below) / (2 * h))) <= 1e-5 + (1e-4 * Math.Abs(slope)), $"{parameter}: {slope} against {(above - below) / (2 * h)}");
        }
    }

    [Fact]
    public void Float32_gradients_are_those_of_float64()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Gradients(ScalarType type)
        {
            ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 3 });
            GoldenWeights.Fill(model);
            model.to(type);
            nn.functional.cross_entropy(model.call(Goldens.UniformTensor("input", 1, 4, 3, 32, 32).to(type)), tensor(new long[] { 0, 2, 1, 1 })).backward();
            return model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.to(ScalarType.Float64));
        }

        Dictionary<string, Tensor> exact = Gradients(ScalarType.Float64), single = Gradients(ScalarType.Float32);
        foreach (var (name, gradient) in exact)
        {
            double difference = (gradient - single[name]).norm().item<double>() / gradient.norm().item<double>();
            Assert.True(difference < 1e-3, $"{name}: {difference}");
        }
    }
}
