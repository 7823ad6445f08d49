namespace ReMem.Data.Decoding;

/// <summary>What happens to an image that cannot be read or decoded.</summary>
public enum BadImagePolicy
{
    /// <summary>An error that names the image.</summary>
    Fail,

    /// <summary>The image is left out and counted.</summary>
    Skip,
}
