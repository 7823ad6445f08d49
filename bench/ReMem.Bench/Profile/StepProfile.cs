using System.Globalization;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench.Profile;

/// <summary>
/// Where the time of a transformer's training step goes: 'profile [MODEL [SIDE [BATCH [ROUNDS]]]]'. Each kind of operator runs alone at
/// its shapes; what the whole step takes beyond their sum is its own row.
/// </summary>
internal sealed class StepProfile(string model, int side, int batch, int rounds)
{
    private const int PeakSize = 1536;
    private const int CopyFloats = 1 << 26;

    public void Run(int cores)
    {
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Console.WriteLine($"{environment.Processor}, {environment.Cores} cores, {environment.Os}. ReMem "
            + $"{environment.Version} ({environment.Commit}), libtorch {environment.Libtorch}.\n");
        Console.WriteLine(FormattableString.Invariant(
            $"A training step of {model} at {side} px, batch {batch}, AdamW; shortest of {rounds} after one to warm up."));
        foreach (int threads in cores > 1 ? new[] { cores, 1 } : [1])
        {
            foreach (bool isMixed in new[] { false, true })
                Print(threads, isMixed);
        }
    }

    private void Print(int threads, bool isMixed)
    {
        set_num_threads(threads);
        using ImageModel made = BenchModel.Create(model, 10, side);
        if (made is not TransformerModel transformer)
            throw new InputException($"'{model}' is no transformer.", "profile", "Name a ViT, such as vit_tiny_patch16_224.");
        double peak = Peak(isMixed), bandwidth = Bandwidth();
        var parts = TransformerWorks.Of(transformer.Shape, side, batch, isMixed).Select(work =>
        {
            (double forward, double backward) = work.Time(rounds, isMixed);
            Console.Error.WriteLine(FormattableString.Invariant($"{work.Kind}: {forward * 1e3:0.00} + {backward * 1e3:0.00} ms"));
            return (work, Forward: forward * work.Calls, Backward: backward * work.Calls);
        }).ToList();
        (double step, double optimiser) = Step(made, isMixed);
        double rest = step - optimiser - parts.Sum(p => p.Forward + p.Backward);
        string Row(string kind, string calls, double? forward, double? backward, double total, double? limit)
        {
            static string Milliseconds(double? seconds) => seconds is { } s ? (s * 1e3).ToString("0.0", CultureInfo.InvariantCulture) : "";
            string share = limit is { } l ? FormattableString.Invariant($"{100 * l / total:0} %") : "";
            string ofStep = FormattableString.Invariant($"{100 * total / step:0.0} %");
            string parts = $"{Milliseconds(forward)} | {Milliseconds(backward)}";
            return $"| {kind} | {calls} | {parts} | {Milliseconds(total)} | {ofStep} | {share} |";
        }

        Console.WriteLine(FormattableString.Invariant(
            $"\n## {(isMixed ? "bf16" : "float32")}, {threads} thread{(threads == 1 ? "" : "s")}\n"));
        Console.WriteLine(FormattableString.Invariant(
            $"Fastest product {peak / 1e9:0} GFLOP/s, copy {bandwidth / 1e9:0.0} GB/s (read and written).\n"));
        Console.WriteLine("| operator | calls | forward, ms | backward, ms | together | share of the step | limit / time |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach ((OperatorWork work, double forward, double backward) in parts)
        {
            Console.WriteLine(Row(work.Kind, $"{work.Calls}", forward, backward, forward + backward,
                work.Calls * work.Limit(peak, bandwidth)));
        }

        Console.WriteLine(Row("optimiser", "1", null, null, optimiser, null));
        Console.WriteLine(Row("the rest: copies, casts, pooling, loss, calls", "", null, null, rest, null));
        double products = parts.Where(p => p.work.Operations > 0).Sum(p => p.work.Calls * p.work.Limit(peak, bandwidth));
        Console.WriteLine(Row("the whole step", "", null, null, step, products));
    }

    private (double Step, double Optimiser) Step(ImageModel made, bool isMixed)
    {
        using DisposeScope outer = NewDisposeScope();
        using var parameters = new ParameterSet(made);
        var optimiser = new AdamW(parameters, 0.05);
        Tensor images = randn(batch, 3, side, side), labels = randint(0, 10, batch, dtype: ScalarType.Int64);
        (double step, double update) = (double.PositiveInfinity, double.PositiveInfinity);
        for (int round = 0; round <= rounds; round++)
        {
            using DisposeScope scope = NewDisposeScope();
            var clock = new CostClock();
            parameters.ZeroGradients();
            Tensor logits;
            using (isMixed ? Autocast.Enter(DeviceType.CPU) : null)
                logits = made.call(images);
            nn.functional.cross_entropy(logits.to(ScalarType.Float32), labels).backward();
            var second = new CostClock();
            optimiser.Step(1e-4);
            (double last, double all) = (second.Elapsed.Wall, clock.Elapsed.Wall);
            if (round > 0)
                (step, update) = (Math.Min(step, all), Math.Min(update, last));
        }

        return (step, update);
    }

    private double Peak(bool isMixed)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = isMixed ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor a = randn(PeakSize, PeakSize).to(type), b = randn(PeakSize, PeakSize).to(type);
        return 2.0 * PeakSize * PeakSize * PeakSize / Shortest(() => MatrixProduct.Linear(a, b, null).Dispose());
    }

    private double Bandwidth()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor from = ones(CopyFloats), to = zeros(CopyFloats);
        return 2.0 * CopyFloats * sizeof(float) / Shortest(() => to.copy_(from));
    }

    private double Shortest(Action work)
    {
        double shortest = double.PositiveInfinity;
        for (int round = 0; round <= rounds; round++)
        {
            var clock = new CostClock();
            work();
            shortest = Math.Min(shortest, clock.Elapsed.Wall);
        }

        return shortest;
    }
}
