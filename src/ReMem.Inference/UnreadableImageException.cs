global using InputException = ReMem.Inference.UnreadableImageException;

namespace ReMem.Inference;

/// <summary>
/// What the shared decoder throws, in the place of the toolkit's InputException; callers get an <see cref="ImageException"/>.
/// </summary>
internal sealed class UnreadableImageException(string what, string? where = null, string? remedy = null, Exception? inner = null)
    : Exception(what, inner)
{
    /// <summary>Where it is wrong; null where the message says it.</summary>
    public string? Where { get; } = where;

    /// <summary>What to do about it; null where the message says it.</summary>
    public string? Remedy { get; } = remedy;
}
