using BenchmarkDotNet.Attributes;
using ReMem.Models;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>AdamW over DeiT-Tiny's parameters: flat vectors against TorchSharp's optimiser, which goes tensor by tensor, and against one copy of as many floats.</summary>
public class OptimizerBenchmarks
{
    private Optimizer _flat = null!;
    private optim.Optimizer _torch = null!;
    private Tensor _source = null!;
    private Tensor _target = null!;

    [GlobalSetup]
    public void Setup()
    {
        // A model each: the flat optimiser lays its model's parameters end to end.
        var parameters = new ParameterSet(Model());
        _flat = new AdamW(parameters, 0.05);
        _torch = optim.AdamW(Model().parameters(), 1e-4, weight_decay: 0.05);
        (_source, _target) = (randn(parameters.Count), randn(parameters.Count));
    }

    [Benchmark(Baseline = true)]
    public void Torch() => _torch.step();

    [Benchmark]
    public void Flat() => _flat.Step(1e-4);

    [Benchmark]
    public void Copy() => _target.copy_(_source);

    private static ImageModel Model()
    {
        ImageModel model = ModelCatalogue.Create("deit_tiny_patch16_224", new ModelOptions { NumClasses = 81, ImageSize = 96 });
        using Tensor loss = model.call(randn(2, 3, 96, 96)).sum();
        loss.backward();
        return model;
    }
}
