using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Export;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Bench.Peers;

/// <summary>
/// Passes without gradients in float32, as a live teacher or 'evaluate' runs them, against ONNX Runtime on the exported model:
/// 'onnx [ROUNDS [THREADS]]'. The two take turns within each round.
/// </summary>
internal sealed class OnnxForward(int rounds, int threads)
{
    private const int Classes = 100;

    private static readonly (string Model, int Side, int Batch)[] Works =
    [
        ("vit_tiny_patch16_224", 224, 16), ("vit_small_patch16_224", 224, 8), ("vit_base_patch16_224", 224, 4), ("resnet18", 224, 8),
        ("mobilenetv3_small_100", 224, 16), ("convnext_atto", 224, 8),
    ];

    public void Run()
    {
        set_num_threads(threads);
        EnvironmentInfo environment = EnvironmentInfo.Current();
        string runtime = typeof(InferenceSession).Assembly.GetName().Version!.ToString(3);
        Console.WriteLine($"{environment.Processor}, {environment.Cores} cores, {environment.Os}; {threads} threads on both sides; "
            + $"{rounds} rounds after one to warm up, medians and (least to most).\n");
        Console.WriteLine(
            $"ReMem {environment.Version} ({environment.Commit}), libtorch {environment.Libtorch}, ONNX Runtime {runtime}.\n");
        Console.WriteLine("| model, side, batch | ReMem, img/s | ONNX Runtime, img/s | ReMem / ONNX Runtime |\n| --- | --- | --- | --- |");
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        try
        {
            foreach ((string name, int side, int batch) in Works)
                Console.WriteLine(Row(name, side, batch, Path.Combine(folder, $"{name}.onnx")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Row(string name, int side, int batch, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageModel model = BenchModel.Create(name, Classes, side);
        model.eval();
        OnnxExporter.Export(model, path);
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        // Its threads would spin on through the other side's turn.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        using var session = new InferenceSession(path, options);
        Tensor images = randn(batch, 3, side, side);
        float[] pixels = [.. images.data<float>()];
        NamedOnnxValue given = NamedOnnxValue.CreateFromTensor(
            session.InputNames[0], new DenseTensor<float>(pixels, [batch, 3, side, side]));
        List<double> own = [], theirs = [];
        for (int round = 0; round <= rounds; round++)
        {
            var clock = new CostClock();
            using (NewDisposeScope())
                model.call(images);
            double ours = clock.Elapsed.Wall;
            clock = new CostClock();
            session.Run([given]).Dispose();
            double peers = clock.Elapsed.Wall;
            Console.Error.WriteLine(FormattableString.Invariant($"round {round} {name}: {ours:0.000} s, ONNX Runtime {peers:0.000} s"));
            if (round == 0)
                continue;
            own.Add(ours);
            theirs.Add(peers);
        }

        string Rate(List<double> seconds) => new Spread(seconds.Select(s => batch / s)).Text("0.0");
        string ratio = new Spread(theirs.Zip(own, (peer, mine) => peer / mine)).Text("0.00");
        return $"| {name}, {side} px, {batch} | {Rate(own)} | {Rate(theirs)} | {ratio} |";
    }
}
