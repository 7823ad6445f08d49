namespace ReMem.Inference;

/// <summary>An image that cannot be classified: empty, truncated, corrupt, too large, or not an image. The message says which.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="inner">The cause; null where there is none.</param>
    public ImageException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
