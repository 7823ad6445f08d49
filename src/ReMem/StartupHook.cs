using ReMem.Runtime;

/// <summary>
/// Called by .NET, by this name, before the first line of a program that was started with DOTNET_STARTUP_HOOKS: the check of libtorch's
/// kernels in a separate process.
/// </summary>
internal static class StartupHook
{
    /// <summary>Checks the kernels that the environment names, and ends the process.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(KernelSuite.Variable)?.Split('\n') is not [var set, var results])
            return;
        ProcessTuning.ForTraining();
        Libtorch.LoadFor(KernelSet.Named(set));
        KernelSuite.Run(KernelSet.Named(set), results);
        Environment.Exit(0);
    }
}
