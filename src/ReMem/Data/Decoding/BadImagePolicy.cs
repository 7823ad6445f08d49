namespace ReMem.Data.Decoding;

/// <summary>What happens to an image that cannot be read or decoded.</summary>
public enum BadImagePolicy
{
    /// <summary>It is an error that names it.</summary>
    Fail,

    /// <summary>It is left out and counted.</summary>
    Skip,
}
