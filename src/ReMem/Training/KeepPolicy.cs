namespace ReMem.Training;

/// <summary>Which weights are left at the end of a training.</summary>
public enum KeepPolicy
{
    /// <summary>Those of the last epoch.</summary>
    Last,

    /// <summary>Those of the epoch that did best on validation.</summary>
    Best,
}
