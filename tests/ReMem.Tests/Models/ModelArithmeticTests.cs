using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>
/// Every model of the catalogue as it trains, a batch of 16 with all threads, float32 against float64: which a wrong kernel would silently
/// spoil.
/// </summary>
public sealed class ModelArithmeticTests
{
    // Rounding passes through up to fifty layers. A ReLU may open or close for it, which moves the gradient of a small batch (by 0.4 %
    // where it was worst, over six sets of kernels). A wrong kernel is off by 5 to 85 %.
    private const double Tolerance = 2e-3, GradientTolerance = 1e-2;

    public static TheoryData<string> Students => [.. ModelCatalogue.All.Where(m => m.Role == "student").Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Students))]
    public void Logits_and_gradients_are_those_of_float64(string name)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"kernels '{Libtorch.Load().Kernels!.Name}' on {CpuIdentity.Current.Name}");
        using var scope = NewDisposeScope();
        manual_seed(3);
        int size = name.StartsWith("tf_efficientnetv2", StringComparison.Ordinal) ? 48 : 32;
        using ImageModel single = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10, ImageSize = size });
        using ImageModel exact = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10, ImageSize = size });
        exact.load_state_dict(single.state_dict());
        exact.to(ScalarType.Float64);
        foreach (ImageModel model in new[] { single, exact })
            model.eval();
        Tensor images = rand(16, 3, size, size).sub(0.5), toward = rand(16, 10);
        (Tensor logits, Tensor gradient) = Run(single, images, toward);
        (Tensor exactLogits, Tensor exactGradient) = Run(exact, images.to(ScalarType.Float64), toward.to(ScalarType.Float64));
        Assert.InRange(Relative(logits, exactLogits), 0, Tolerance);
        Assert.InRange(Relative(gradient, exactGradient), 0, GradientTolerance);
    }

    private static (Tensor Logits, Tensor Gradient) Run(ImageModel model, Tensor images, Tensor toward)
    {
        Tensor logits = model.call(images);
        logits.mul(toward).sum().backward();
        return (logits.detach(), cat([.. model.parameters().Where(p => p.grad is not null).Select(p => p.grad!.flatten())]));
    }

    private static double Relative(Tensor actual, Tensor expected) =>
        (actual.to(ScalarType.Float64) - expected).norm().item<double>() / expected.norm().item<double>();
}
