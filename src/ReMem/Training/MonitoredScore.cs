namespace ReMem.Training;

/// <summary>What makes an epoch the best.</summary>
public enum MonitoredScore
{
    /// <summary>Top-1 on validation; the loss decides between equals.</summary>
    Top1,

    /// <summary>The cross-entropy on validation.</summary>
    Loss,
}
