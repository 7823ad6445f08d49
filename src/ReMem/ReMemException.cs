namespace ReMem;

/// <summary>
/// The base of all errors that a user can fix: <see cref="Exception.Message"/> describes the error in one line, <see cref="Where"/> names
/// the file, line, key or tensor, and <see cref="Remedy"/> says what to do.
/// </summary>
public class ReMemException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="what">One line: what is wrong.</param>
    /// <param name="where">File, line, key or tensor; null where the first line says it.</param>
    /// <param name="remedy">One line: how to fix it.</param>
    /// <param name="inner">The cause, shown only when asked for.</param>
    public ReMemException(string what, string? where = null, string? remedy = null, Exception? inner = null)
        : base(what, inner)
    {
        Where = where;
        Remedy = remedy;
    }

    /// <summary>Where it is wrong; null where the message says it.</summary>
    public string? Where { get; }

    /// <summary>What to do about it; null where the message says it.</summary>
    public string? Remedy { get; }
}
