namespace ReMem.Runtime;

/// <summary>
/// Runs readers of files from other programs. On damage, a library throws whatever exception its parser runs into: each of them becomes one
/// sentence that names the file, and none ends the program.
/// </summary>
internal static class Guarded
{
    private const int MaxShown = 200;

    /// <summary>The result of a reader.</summary>
    /// <param name="file">The file, for the message.</param>
    /// <param name="kind">Its format: "Parquet".</param>
    /// <param name="read">Reads it.</param>
    /// <param name="remedy">What to do where it cannot be read.</param>
    /// <exception cref="InputException">It cannot be read; or the reader's own exception.</exception>
    public static T Read<T>(string file, string kind, Func<T> read, string remedy = "Copy or download the file again.")
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw Unreadable(file, kind, e, remedy);
        }
    }

    /// <summary>The error for a file that a library cannot read.</summary>
    public static InputException Unreadable(string file, string kind, Exception cause,
        string remedy = "Copy or download the file again.") =>
        new($"'{file}' cannot be read as {kind}: {Sentence(cause)}.", remedy: remedy, inner: cause);

    /// <summary>Whether an exception is neither one of this library nor a cancellation.</summary>
    public static bool IsForeign(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var only] } => IsForeign(only),
        _ => e is not (ReMemException or OperationCanceledException),
    };

    /// <summary>The first line of an exception's message as a clause.</summary>
    public static string Sentence(Exception e)
    {
        if (e is OutOfMemoryException)
            return "it needs more memory than there is";
        string line = e.Message.Split('\n')[0].TrimEnd('.', '\r', ' ');
        return line.Length <= MaxShown ? line : $"{line[..MaxShown]} ...";
    }
}
