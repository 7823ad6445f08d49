using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>Gradients against finite differences in float64.</summary>
public class GradientTests
{
    /// <summary>The smallest network of each architecture and head.</summary>
    private static readonly Dictionary<string, (int Size, Func<ModelOptions, ImageModel> Make)> NetworkMakers = new()
    {
        ["ViT"] = (8, o => ModelCatalogue.Create("vit_pico_patch4_32", o)),
        ["CIFAR ResNet"] = (8, o => ModelCatalogue.Create("resnet20", o)),
        ["ResNet"] = (8, o => new ResNet(ModelCatalogue.Info("resnet50"), o, new([1, 1], [4, 4], false, true))),
        ["EfficientNet"] = (8, o => Efficient(o, EfficientNetHead.ConvThenPool)),
        ["MobileNetV3"] = (8, o => Efficient(o, EfficientNetHead.PoolThenConv)),
        ["MobileNetV4"] = (8, o => Efficient(o, EfficientNetHead.PoolThenConvNorm)),
        ["ConvNeXt"] = (32, o => new ConvNeXt(ModelCatalogue.Info("convnext_atto"), o, new([1, 1, 1, 1], [4, 4, 4, 4], true))),
    };

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> BlockMakers = new()
    {
        ["convolution"] = () => new EfficientNetBlock(8, new(EfficientNetBlockType.ConvBnAct, 3, 1, 1, 8), new(Activation.Relu)),
        ["separable, mobile squeeze"] = () => new EfficientNetBlock(
            8, new(EfficientNetBlockType.DepthwiseSeparableConv, 3, 1, 1, 8) { SqueezeRatio = 0.25 },
            new(Activation.HardSwish) { MobileSqueeze = true }),
        ["inverted, squeeze, SAME"] = () => new EfficientNetBlock(
            8, new(EfficientNetBlockType.InvertedResidual, 5, 2, 2, 16) { SqueezeRatio = 0.25 },
            new(Activation.Silu) { SamePadding = true, NormEpsilon = 1e-3 }),
        ["inverted, ReLU6"] = () =>
            new EfficientNetBlock(8, new(EfficientNetBlockType.InvertedResidual, 3, 1, 2, 8), new(Activation.Relu6)),
        ["fused"] = () => new EfficientNetBlock(8, new(EfficientNetBlockType.EdgeResidual, 3, 1, 2, 8), new(Activation.Silu)),
        ["universal"] = () => new EfficientNetBlock(8,
            new(EfficientNetBlockType.UniversalInvertedResidual, 5, 2, 2, 16) { StartKernel = 3 }, new(Activation.Relu)),
        ["universal, start only"] = () => new EfficientNetBlock(8,
            new(EfficientNetBlockType.UniversalInvertedResidual, 0, 1, 2, 8) { StartKernel = 3 }, new(Activation.Relu)),
        ["basic"] = () => new ResNetBlock(8, 12, 2),
        ["bottleneck"] = () => new ResNetBlock(8, 4, 2, bottleneck: true),
        ["ConvNeXt, linear"] = () => new ConvNeXtBlock(8, convMlp: false),
        ["ConvNeXt, convolutions"] = () => new ConvNeXtBlock(8, convMlp: true),
        ["layer norm"] = () => new LayerNorm2d(8, 1e-6),
    };

    /// <summary>With 1x1 convolutions as such, and as products.</summary>
    public static MatrixTheoryData<string, bool> Networks => new(NetworkMakers.Keys, [false, true]);

    public static MatrixTheoryData<string, bool> Blocks => new(BlockMakers.Keys, [false, true]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_the_slopes_of_the_loss(string name, bool product)
    {
        using var scope = NewDisposeScope();
        using IDisposable forced = KernelPath<ConvolutionKernel>.Force(product ? ConvolutionKernel.Product : ConvolutionKernel.Libtorch);
        (int size, Func<ModelOptions, ImageModel> make) = NetworkMakers[name];
        using ImageModel model = make(new ModelOptions { NumClasses = 3, ImageSize = size });
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

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Gradients_of_a_block_and_its_input_are_the_slopes(string name, bool product)
    {
        using var scope = NewDisposeScope();
        using IDisposable forced = KernelPath<ConvolutionKernel>.Force(product ? ConvolutionKernel.Product : ConvolutionKernel.Libtorch);
        nn.Module<Tensor, Tensor> block = BlockMakers[name]();
        GoldenWeights.Fill(block);
        block.to(ScalarType.Float64);
        block.eval();
        Tensor input = Goldens.UniformTensor("input", 2, 2, 8, 6, 6).requires_grad_();
        Tensor weights = Goldens.UniformTensor("weights", 1, block.call(input).shape);
        CheckSlopes(() => (block.call(input) * weights).sum(),
            [.. block.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), ("input", input)]);
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
        double largest = exact.Values.Max(g => g.norm().item<double>());
        foreach (var (parameter, gradient) in exact)
        {
            // Softmax does not see a bias of the keys: that gradient is 0 but for rounding, which is of the size of the others'.
            double scale = gradient.norm().item<double>() + (1e-3 * largest);
            double difference = (gradient - single[parameter]).norm().item<double>() / scale;
            Assert.True(difference < 1e-3, $"{parameter}: {difference}");
        }
    }

    private static void Check(ImageModel model)
    {
        model.to(ScalarType.Float64);
        model.eval();
        Tensor input = Goldens.UniformTensor("input", 1, 2, 3, model.ImageSize, model.ImageSize);
        Tensor labels = tensor(new long[] { 0, 2 });
        CheckSlopes(() => nn.functional.cross_entropy(model.call(input), labels),
            model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)));
    }

    private static void CheckSlopes(Func<Tensor> loss, IEnumerable<(string Name, Tensor Value)> parameters)
    {
        loss().backward();
        foreach (var (parameter, value) in parameters)
        {
            // One random direction a tensor: the slope along it must be the gradient's inner product with it.
            Tensor direction = Goldens.UniformTensor(parameter + ".direction", 1, value.shape);
            double slope = (value.grad! * direction).sum().item<double>();
            const double h = 1e-6;
            double above, below;
            using (no_grad())
            {
                value.add_(direction, alpha: h);
                above = loss().item<double>();
                value.add_(direction, alpha: -2 * h);
                below = loss().item<double>();
                value.add_(direction, alpha: h);
            }

            Assert.True(Math.Abs(slope - ((above - below) / (2 * h))) <= 1e-5 + (1e-4 * Math.Abs(slope)),
                $"{parameter}: {slope} against {(above - below) / (2 * h)}");
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
            nn.functional.cross_entropy(model.call(Goldens.UniformTensor("input", 1, 4, 3, 32, 32).to(type)),
                tensor(new long[] { 0, 2, 1, 1 })).backward();
            return model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.to(ScalarType.Float64));
        }

        Dictionary<string, Tensor> exact = Gradients(ScalarType.Float64), single = Gradients(ScalarType.Float32);
        foreach (var (name, gradient) in exact)
        {
            double difference = (gradient - single[name]).norm().item<double>() / gradient.norm().item<double>();
            Assert.True(difference < 1e-3, $"{name}: {difference}");
        }
    }

    private static EfficientNet Efficient(ModelOptions options, EfficientNetHead head)
    {
        EfficientNetBlockShape[] stage = [new(EfficientNetBlockType.InvertedResidual, 3, 2, 2, 8) { SqueezeRatio = 0.5 }];
        return new EfficientNet(ModelCatalogue.Info("efficientnet_b0"), options, new(8, 16, head, new(Activation.HardSwish), [stage]));
    }
}
