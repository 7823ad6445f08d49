namespace ReMem.Runtime;

/// <summary>What came of checking one set of kernels.</summary>
internal enum KernelStatus
{
    /// <summary>Every result was right.</summary>
    Right,

    /// <summary>A result was wrong.</summary>
    Wrong,

    /// <summary>The process that computed it died.</summary>
    Died,

    /// <summary>The process did not answer in time.</summary>
    TooSlow,

    /// <summary>The process did not start or did not report.</summary>
    NotChecked,
}
