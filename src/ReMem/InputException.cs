namespace ReMem;

/// <summary>An error in the user's input (a file, a value, a name): the command line exits with 2, and no work is lost.</summary>
public class InputException : ReMemException
{
    /// <inheritdoc cref="ReMemException(string, string?, string?, Exception?)"/>
    public InputException(string what, string? where = null, string? remedy = null, Exception? inner = null)
        : base(what, where, remedy, inner)
    {
    }
}
