using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
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
    case ["memory"]:
        StageMemory.Run();
        break;
    case ["peers", .. var rest]:
        // Which rounds, and how many threads both sides have.
        int rounds = rest.Length > 0 ? int.Parse(rest[0], null) : 7, threads = rest.Length > 1 ? int.Parse(rest[1], null) : 2;
        PeerComparison.Run(rounds, threads, Path.Combine("bench", "peers", "torch_peer.py"));
        break;
    default:
        // In this process: a generated project would not carry the patched libtorch.
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
            args,
            DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(8).WithInvocationCount(1).WithUnrollFactor(1)));
        break;
}
