using ReMem.Models;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>
/// The cost of a training step of DeiT-Tiny compared with the plain one in float32: 'steps [ROUNDS [THREADS]]'. All forms take turns within
/// a round, five steps each, so that every(5) has its one sharp step; other load on the machine affects all. Then the flat optimiser
/// compared with TorchSharp's, and peak memory, in a process each.
/// </summary>
internal sealed class StepComparison(int rounds)
{
    private const int Side = 96;
    private const int BatchSize = 32;
    internal const int Classes = 81;
    private const int Steps = 5;
    private const string Plain = "plain";
    private const string Tiny = "deit_tiny_patch16_224";
    private static readonly (string Name, string? Sharpness, Precision Precision)[] Forms =
    [
        (Plain, null, Precision.Fp32), ("sam", "sam", Precision.Fp32), ("every(5)", "every(5)", Precision.Fp32), ("looksam(5,0.7)",
            "looksam(5,0.7)", Precision.Fp32), ("momentum(0.9)", "momentum(0.9)", Precision.Fp32),
        ("plain, bf16", null, Precision.Bf16), ("sam, bf16", "sam", Precision.Bf16),
    ];

    public void Run(int threads)
    {
        set_num_threads(threads);
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Console.WriteLine($"{environment.Processor}, {environment.Cores} cores, {environment.Os}; {threads} threads. ReMem "
            + $"{environment.Version} ({environment.Commit}), libtorch {environment.Libtorch}.\n");
        CompareSteps();
        CompareOptimizers();
        StepMemory.Print();
    }

    private void CompareSteps()
    {
        Dictionary<string, Func<double>> steps = Forms.ToDictionary(f => f.Name, f => Trainable(f.Sharpness, f.Precision));
        Dictionary<string, List<Cost>> costs = Measure(steps, Steps);
        Console.WriteLine($"{Tiny} at {Side} px, batch {BatchSize}, AdamW; {rounds} rounds of {Steps} steps after one to warm up, "
            + "medians and (least to most).\n");
        Console.WriteLine("| step | seconds | to the plain step | the same by processor time |\n| --- | --- | --- | --- |");
        Print(costs, Plain, Steps);
        Console.WriteLine();
    }

    private void CompareOptimizers()
    {
        using var parameters = new ParameterSet(WithGradients());
        AdamW flat = new(parameters, 0.05), operators = new(parameters, 0.05) { UsesFlatPass = false };
        using optim.Optimizer torchs = optim.AdamW(WithGradients().parameters(), 1e-4, weight_decay: 0.05);
        using Tensor source = randn(parameters.Count), target = randn(parameters.Count);
        var work = new Dictionary<string, Func<double>>
        {
            ["TorchSharp, tensor by tensor"] = () =>
            {
                torchs.step();
                return 0;
            },
            ["flat, torch's operators"] = () =>
            {
                operators.Step(1e-4);
                return 0;
            },
            ["flat, one pass"] = () =>
            {
                flat.Step(1e-4);
                return 0;
            },
            ["one copy of as many floats"] = () =>
            {
                target.copy_(source);
                return 0;
            },
        };
        const int calls = 50;
        Dictionary<string, List<Cost>> costs = Measure(work, calls);
        Console.WriteLine($"AdamW over its {parameters.Count / 1e6:0.0} M parameters, {calls} calls a round.\n");
        Console.WriteLine("| optimiser | seconds | to TorchSharp's | the same by processor time |\n| --- | --- | --- | --- |");
        Print(costs, "TorchSharp, tensor by tensor", calls);
        Console.WriteLine();
    }

    private Dictionary<string, List<Cost>> Measure(Dictionary<string, Func<double>> work, int times)
    {
        Dictionary<string, List<Cost>> costs = work.ToDictionary(w => w.Key, _ => new List<Cost>());
        for (int round = 0; round <= rounds; round++)
        {
            foreach ((string name, Func<double> step) in work)
            {
                var clock = new CostClock();
                for (int i = 0; i < times; i++)
                    step();
                Cost cost = clock.Elapsed;
                Console.Error.WriteLine(FormattableString.Invariant($"round {round} {name}: {cost.Wall:0.000} s"));
                if (round > 0)
                    costs[name].Add(cost);
            }
        }

        return costs;
    }

    private static void Print(Dictionary<string, List<Cost>> costs, string baseline, int times)
    {
        List<Cost> plain = costs[baseline];
        foreach ((string name, List<Cost> own) in costs)
        {
            string Ratio(Func<Cost, double> of) => new Spread(own.Zip(plain, (a, b) => of(a) / of(b))).Text("0.00");
            Console.WriteLine($"| {name} | {new Spread(own.Select(c => c.Wall / times)).Text("0.0000")} | {Ratio(c => c.Wall)} | "
                + $"{Ratio(c => c.Processor)} |");
        }
    }

    /// <summary>One step of a model of its own, for ever on the same batch.</summary>
    private static Func<double> Trainable(string? sharpness, Precision precision)
    {
        ImageModel model = BenchModel.Create(Tiny, Classes, Side);
        var parameters = new ParameterSet(model);
        var optimizer = new AdamW(parameters, 0.05);
        IGradientFunction gradient = Gradient(model, parameters, sharpness);
        var options = new TrainingOptions { Precision = precision };
        Tensor images = randn(BatchSize, 3, Side, Side), labels = randint(0, Classes, BatchSize).to(ScalarType.Int64);
        long step = 0;
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            GradientResult result = gradient.Compute(() => Loss(model, options, images, labels), step++);
            optimizer.Step(1e-5);
            return result.Loss;
        };
    }

    /// <summary>The gradient function of a sharpness policy at rho 0.05; null is the plain one.</summary>
    internal static IGradientFunction Gradient(ImageModel model, ParameterSet parameters, string? sharpness) => sharpness is null
        ? new PlainGradient(parameters)
        : SharpnessPolicy.Parse(sharpness).Create(model, parameters, _ => 0.05, new TeacherOptions());

    /// <summary>Cross-entropy as teachers have it.</summary>
    internal static Tensor Loss(ImageModel model, TrainingOptions options, Tensor images, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits;
        using (MixedPrecision.Enter(options, model))
            logits = model.call(images);
        return nn.functional.cross_entropy(logits.to(ScalarType.Float32), labels).MoveToOuterDisposeScope();
    }

    private static ImageModel WithGradients()
    {
        ImageModel model = BenchModel.Create(Tiny, Classes, Side);
        using Tensor loss = model.call(randn(2, 3, Side, Side)).sum();
        loss.backward();
        return model;
    }
}
