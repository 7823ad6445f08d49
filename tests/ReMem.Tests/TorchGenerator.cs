namespace ReMem.Tests;

/// <summary>Tests that seed torch's generator, which all threads share: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchGenerator
{
    public const string Name = "torch's generator";
}
