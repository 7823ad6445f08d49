namespace ReMem.Inference;

/// <summary>A file that is not a classifier of this kind: missing, not ONNX, or without class names and preprocessing.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong with which file, and what to do.</param>
    /// <param name="inner">The cause; null where there is none.</param>
    public ModelException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
