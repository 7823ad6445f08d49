using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>
/// The steps of one process: a model's forward and backward in training mode, without an optimiser, always on the same batch.
/// </summary>
internal sealed class KernelWork
{
    private const int Classes = 100;
    private readonly Dictionary<KernelCase, (ImageModel Model, Tensor Images, Tensor Labels)> _made = [];

    /// <summary>Times the steps of a case.</summary>
    public KernelAnswer Run(KernelCase work, KernelForm form)
    {
        (ImageModel model, Tensor images, Tensor labels) = Made(work);
        using IDisposable convolutions = Convolutions(form), products = Products(form);
        var clock = new CostClock();
        for (int step = 0; step < work.Steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            nn.functional.cross_entropy(model.call(images), labels).backward();
        }

        return new KernelAnswer(clock.Elapsed, 0);
    }

    /// <summary>One forward pass against float64, whose convolutions are not oneDNN's.</summary>
    public KernelAnswer Compare(KernelCase work, KernelForm form)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        (ImageModel model, Tensor images, _) = Made(work);
        using ImageModel exact = BenchModel.Create(work.Model, Classes, work.Side);
        exact.to(ScalarType.Float64);
        Tensor expected = exact.call(images.to(ScalarType.Float64));
        using IDisposable convolutions = Convolutions(form), products = Products(form);
        Tensor difference = model.call(images).to(ScalarType.Float64) - expected;
        return new KernelAnswer(default, difference.norm().item<double>() / expected.norm().item<double>());
    }

    private static IDisposable Convolutions(KernelForm form) => KernelPath<ConvolutionKernel>.Force(
        form == KernelForm.Convolution ? ConvolutionKernel.Libtorch : ConvolutionKernel.Product);

    private static IDisposable Products(KernelForm form) => KernelPath<ProductKernel>.Force(
        form == KernelForm.Matmul ? ProductKernel.OneDnn : ProductKernel.Libtorch);

    private (ImageModel Model, Tensor Images, Tensor Labels) Made(KernelCase work)
    {
        if (_made.TryGetValue(work, out var made))
            return made;
        ImageModel model = BenchModel.Create(work.Model, Classes, work.Side);
        Tensor images = randn(work.Batch, 3, work.Side, work.Side).DetachFromDisposeScope();
        Tensor labels = randint(0, Classes, work.Batch, dtype: ScalarType.Int64).DetachFromDisposeScope();
        return _made[work] = (model, images, labels);
    }
}
