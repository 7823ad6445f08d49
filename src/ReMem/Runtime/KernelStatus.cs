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

    /// <summary>It is of no use here: it is not offered, or is slower than the next set.</summary>
    Passed,

    /// <summary>The process did not start or did not report.</summary>
    NotChecked,
}
