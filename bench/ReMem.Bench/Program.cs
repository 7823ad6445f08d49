using ReMem.Bench;
using ReMem.Bench.Data;
using ReMem.Bench.Peers;
using ReMem.Runtime;

Libtorch.Load();
switch (args)
{
    case ["cache", .. var rest]:
        CachedEpochs.Run(rest);
        break;
    case ["data-pipeline", .. var rest]:
        DataPipelineComparison.Run(rest);
        break;
    case ["distill", .. var rest]:
        DistillationComparison.Run(rest);
        break;
    case ["memory"]:
        StageMemory.Run();
        break;
    case ["peers", .. var rest]:
        // Which rounds, and how many threads both sides have.
        int rounds = rest.Length > 0 ? int.Parse(rest[0], null) : 7, threads = rest.Length > 1 ? int.Parse(rest[1], null) : 2;
        PeerComparison.Run(rounds, threads, Path.Combine("bench", "peers", "torch_peer.py"));
        break;
    case ["steps", .. var rest]:
        StepComparison.Run(rest);
        break;
    case ["step-memory", .. var rest]:
        StepMemory.Run(rest);
        break;
    default:
        Console.Error.WriteLine("Name a benchmark: cache, data-pipeline, distill, memory, peers or steps; bench/README.md says what they take.");
        return 2;
}

return 0;
