namespace ReMem.Runtime;

/// <summary>The status of one set of kernels after its check.</summary>
internal enum KernelStatus
{
    /// <summary>Every result was right.</summary>
    Right,

    /// <summary>A result was wrong.</summary>
    Wrong,

    /// <summary>The process died.</summary>
    Died,

    /// <summary>The process did not end in time.</summary>
    TooSlow,

    /// <summary>The process did not start or did not report.</summary>
    NotChecked,
}
