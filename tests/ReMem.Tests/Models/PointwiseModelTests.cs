using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>Whole students whose 1x1 convolutions are computed as products.</summary>
public sealed class PointwiseModelTests : IDisposable
{
    private const int Side = 32;
    private readonly IDisposable _scope = NewDisposeScope();

    public static TheoryData<string> Convolutional =>
        [.. ModelCatalogue.All.Select(m => m.Name).Where(n => ModelCatalogue.ShapeOf(n) is null)];

    public void Dispose() => _scope.Dispose();

    /// <summary>A layer that asked libtorch for a 1x1 convolution by itself would not see <see cref="KernelPath{T}"/>.</summary>
    [Theory]
    [MemberData(nameof(Convolutional))]
    public void Every_1x1_convolution_is_of_the_one_kind_and_the_logits_are_the_convolutions(string name)
    {
        using var guard = no_grad();
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10, ImageSize = Side });
        Convolution[] pointwise = [.. model.named_modules().Select(m => m.module).OfType<Convolution>().Where(IsPointwise)];
        Assert.Equal(model is ConvNeXt { Shape.ConvMlp: false }, pointwise.Length == 0);
        Assert.All(pointwise, c => Assert.IsType<PointwiseConvolution>(c));

        GoldenWeights.Fill(model);
        model.to(ScalarType.Float64);
        model.eval();
        Tensor images = Goldens.UniformTensor("input", 1, 4, 3, Side, Side);
        Tensor Logits(ConvolutionKernel kernel)
        {
            using IDisposable forced = KernelPath<ConvolutionKernel>.Force(kernel);
            return model.call(images);
        }

        // libtorch's convolutions of float64 are not oneDNN's: the reference is right on every processor.
        Tensor expected = Logits(ConvolutionKernel.Libtorch);
        Assert.True(expected.abs().max().item<double>() > 0);
        double difference = (Logits(ConvolutionKernel.Product) - expected).abs().max().item<double>();
        Assert.True(difference <= 1e-10 * expected.abs().max().item<double>());
    }

    [Theory]
    [InlineData("resnet18", true)]
    [InlineData("mobilenetv3_small_100", true)]
    [InlineData("convnext_atto", true)]
    [InlineData("resnet50", false)]
    public void A_steps_float32_gradients_are_those_of_float64(string name, bool training)
    {
        double[] Gradients(ScalarType type, ConvolutionKernel kernel)
        {
            using IDisposable forced = KernelPath<ConvolutionKernel>.Force(kernel);
            using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10, ImageSize = 64 });
            GoldenWeights.Fill(model);
            model.to(type);

            // Batch norms of 16 pixels in 53 layers blow every rounding up to some percent.
            model.train(training);
            Tensor images = Goldens.UniformTensor("input", 1, 4, 3, 64, 64).to(type);
            nn.functional.cross_entropy(model.call(images), tensor(new long[] { 0, 2, 1, 9 })).backward();
            return cat([.. model.parameters().Select(p => p.grad!.to(ScalarType.Float64).flatten())]).data<double>().ToArray();
        }

        double[] exact = Gradients(ScalarType.Float64, ConvolutionKernel.Libtorch);
        foreach (ConvolutionKernel kernel in ConvolutionKernels.InFloat32)
        {
            double[] single = Gradients(ScalarType.Float32, kernel);
            double difference = Math.Sqrt(exact.Zip(single, (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(a => a * a));
            Assert.True(difference < 1e-3, $"{kernel}: {difference}");
        }
    }

    private static bool IsPointwise(Convolution convolution) =>
        convolution.weight!.shape is [_, var channels, 1, 1] && channels == convolution.in_channels;
}
