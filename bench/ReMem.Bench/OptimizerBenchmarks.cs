using BenchmarkDotNet.Attributes;
using ReMem.Models;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>AdamW over DeiT-Tiny's parameters: our flat state against TorchSharp's optimiser.</summary>
public class OptimizerBenchmarks
{
    private Optimizer _flat = null!;
    private optim.Optimizer _torch = null!;

    [GlobalSetup]
    public void Setup()
    {
        ImageModel model = ModelCatalogue.Create("deit_tiny_patch16_224", new ModelOptions { NumClasses = 81, ImageSize = 96 });
        using (Tensor loss = model.call(randn(2, 3, 96, 96)).sum())
            loss.backward();
        _flat = new AdamW(new ParameterSet(model), 0.05);
        _torch = optim.AdamW(model.parameters(), 1e-4, weight_decay: 0.05);
    }

    [Benchmark(Baseline = true)]
    public void Torch() => _torch.step();

    [Benchmark]
    public void Flat() => _flat.Step(1e-4);
}
