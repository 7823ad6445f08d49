using System.Globalization;
using ReMem.Bench;
using ReMem.Bench.Data;
using ReMem.Bench.Peers;
using ReMem.Bench.Profile;
using ReMem.Runtime;

// As the command line does.
ProcessTuning.ForTraining();
Libtorch.Load();
// The others' own heads name the processor and its kernels.
if (args is ["cache" or "data-pipeline" or "memory", ..])
    Console.WriteLine($"{EnvironmentInfo.Current().Processor}.\n");
int Number(string[] given, int index, int fallback) =>
    given.Length > index ? int.Parse(given[index], CultureInfo.InvariantCulture) : fallback;
switch (args)
{
    case ["cache", .. var rest]:
        CachedEpochs.Run(Number(rest, 0, 3), Number(rest, 1, 64));
        break;
    case ["data-pipeline", .. var rest]:
        DataPipelineComparison.Run(rest);
        break;
    case ["distill", .. var rest]:
        new DistillationComparison(Number(rest, 0, 5), Number(rest, 1, 2)).Run();
        break;
    case ["kernels", .. var rest]:
        new KernelComparison(Number(rest, 0, 7), Number(rest, 1, 2)).Run();
        break;
    case [KernelProcess.Command, .. var rest]:
        KernelProcess.Serve(Number(rest, 0, 2));
        break;
    case ["memory"]:
        StageMemory.Run();
        break;
    case ["onnx", .. var rest]:
        new OnnxForward(Number(rest, 0, 7), Number(rest, 1, 2)).Run();
        break;
    case ["peers", .. var rest]:
        PeerComparison.Run(Number(rest, 0, 7), Number(rest, 1, 2), Path.Combine("bench", "peers", "torch_peer.py"));
        break;
    case ["profile", .. var rest]:
        new StepProfile(rest.Length > 0 ? rest[0] : "vit_tiny_patch16_224", Number(rest, 1, 224), Number(rest, 2, 16), Number(rest, 3, 7))
            .Run(Environment.ProcessorCount);
        break;
    case ["steps", .. var rest]:
        new StepComparison(Number(rest, 0, 7)).Run(Number(rest, 1, 2));
        break;
    case ["step-memory", .. var rest]:
        StepMemory.Run(Number(rest, 0, 0), Number(rest, 1, 2));
        break;
    default:
        Console.Error.WriteLine(
            "Name a benchmark: cache, data-pipeline, distill, kernels, memory, onnx, peers, profile or steps; "
                + "bench/README.md says what they take.");
        return 2;
}

return 0;
