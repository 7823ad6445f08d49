namespace ReMem.Runtime;

/// <summary>Which sets of libtorch's kernels <see cref="Doctor"/> checks.</summary>
internal enum KernelExamination
{
    /// <summary>Only what the choice needs.</summary>
    Chosen,

    /// <summary>Each set that this machine could use and that is not known yet.</summary>
    All,

    /// <summary>Each set, also where it is known.</summary>
    AllAnew,
}
