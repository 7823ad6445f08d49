namespace ReMem.Runtime;

/// <summary>Which sets of libtorch's kernels <see cref="Doctor"/> checks.</summary>
internal enum KernelExamination
{
    /// <summary>Only those that the choice needs.</summary>
    Chosen,

    /// <summary>Each set that this machine could use and that was not checked yet.</summary>
    All,

    /// <summary>Each set, also where its outcome is known.</summary>
    AllAgain,
}
