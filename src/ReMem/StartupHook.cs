using ReMem.Runtime;

/// <summary>What .NET calls before the first line of a program that was started with DOTNET_STARTUP_HOOKS, by this name: the check of libtorch's kernels in a process of its own.</summary>
internal static class StartupHook
{
    /// <summary>Checks the kernels that the environment names, and ends the process.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(KernelSuite.Variable)?.Split('\n') is not [var rung, var results])
            return;
        ProcessTuning.ForTraining();
        Libtorch.LoadFor(KernelRung.Named(rung));
        KernelSuite.Run(KernelRung.Named(rung), results);
        Environment.Exit(0);
    }
}
