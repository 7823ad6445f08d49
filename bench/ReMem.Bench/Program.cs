using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using ReMem.Bench;
using ReMem.Runtime;

Libtorch.Load();
switch (args)
{
    case ["cache", .. var rest]:
        CachedEpochs.Run(rest);
        break;
    case ["memory"]:
        StageMemory.Run();
        break;
    default:
        // In this process: a generated project would not carry the patched libtorch.
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
            args,
            DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(8).WithInvocationCount(1).WithUnrollFactor(1)));
        break;
}
